/** Variables of who is asking. */
import { z } from 'zod';
import { accessTokenKeysPath } from '#contracts/access-token.ts';
import { variable } from '#platform/config/config.ts';

export const identityVariables = {
  // off: every client is a guest, no token is looked at, and subgraphs hear of no viewer. For subgraphs that are not
  // Agora's; what they need to know can be forwarded (FORWARD_REQUEST_HEADERS).
  AUTHENTICATION: z.enum(['on', 'off']).default('on'),
  // The public keys that access tokens are checked with; else the user subgraph's on this machine.
  ACCESS_TOKEN_JWKS_URL: variable.url('http', 'https').optional(),
  // One private Ed25519 key as JWK: with it the gateway vouches to the subgraphs for the viewer. Required, unless
  // AUTHENTICATION=off.
  VIEWER_SIGNING_KEY: variable
    .json(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string() }))
    .optional(),
};

// The user subgraph's default port (ops/services.test.ts): no subgraph is imported here.
export const defaultJwksUrl = `http://127.0.0.1:4001${accessTokenKeysPath}`;

export type IdentityVariables = z.output<z.ZodObject<typeof identityVariables>>;

/** For the whole of the variables: a key without a use is a mistake somewhere, and guests in place of viewers a bad one. */
export const checkIdentityVariables = (config: IdentityVariables, context: z.core.$RefinementCtx): void => {
  const complain = (name: keyof IdentityVariables, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (config.AUTHENTICATION !== 'off') {
    if (!config.VIEWER_SIGNING_KEY) complain('VIEWER_SIGNING_KEY', 'is required, unless AUTHENTICATION=off');
    return;
  }
  for (const name of ['ACCESS_TOKEN_JWKS_URL', 'VIEWER_SIGNING_KEY'] as const)
    if (config[name]) complain(name, 'set, and AUTHENTICATION=off has no use for it; keep one of them');
};
