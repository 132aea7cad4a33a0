/** Authentication, put together from the gateway's variables: on, with access tokens and signed viewers, or off. */
import type { JWK } from 'jose';
import { ok } from '#contracts/result.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { viewerSigner } from '#platform/auth/viewer.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';
import { accessTokenKeys } from './access-token-keys.ts';
import { type Authenticate, authenticator } from './authentication.ts';
import { type RequestContext, requestContext } from './request-context.ts';
import { defaultJwksUrl, type IdentityVariables } from './variables.ts';

export interface Identity {
  readonly authenticate: Authenticate;
  readonly contextOf: (viewer: Viewer) => RequestContext;
  readonly tasks: readonly PeriodicTask[];
}

export const identity = async (variables: IdentityVariables): Promise<Identity> => {
  const { AUTHENTICATION, ACCESS_TOKEN_JWKS_URL: jwksUrl = defaultJwksUrl, VIEWER_SIGNING_KEY: key } = variables;
  if (AUTHENTICATION === 'off') return everybodyIsAGuest;
  if (!key) throw new Error('there is no VIEWER_SIGNING_KEY, and AUTHENTICATION is on');
  const keys = accessTokenKeys(jwksUrl);
  // Before the first client: whoever comes back to a restarted gateway must not be the one who pays for the fetch. When it
  // fails, the user subgraph is away; guests are served all the same, and each bearer's request tries again.
  await keys.refresh.run().catch(() => {});
  return {
    authenticate: authenticator(keys.find),
    contextOf: requestContext(await viewerSigner(key as JWK)),
    tasks: [keys.refresh],
  };
};

const everybodyIsAGuest: Identity = {
  authenticate: async () => ok(guest),
  contextOf: requestContext(undefined),
  tasks: [],
};
