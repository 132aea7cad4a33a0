/** Variables of authentication. */
import { z } from 'zod';
import { accessDenialsPath } from '#contracts/access-denials.ts';
import { accessTokenKeysPath } from '#contracts/access-token.ts';
import { apiKeyVerificationPath } from '#contracts/api-key.ts';
import { variable } from '#platform/config/config.ts';

const url = variable.url('http', 'https');
const urlOrOff = z
  .string()
  .refine((text) => text === 'off' || url.safeParse(text).success, 'must be a http or https URL, or off')
  .optional();

export const identityVariables = {
  // off: every client is a guest, tokens are ignored and subgraphs get no viewer. For subgraphs that are not Agora's;
  // forward what they need with FORWARD_REQUEST_HEADERS.
  AUTHENTICATION: z.enum(['on', 'off']).default('on'),
  // JWKS URL of the keys that verify access tokens; by default the user subgraph's on this machine.
  ACCESS_TOKEN_JWKS_URL: url.optional(),
  // URL of the list of access tokens that are refused before they expire (sign-out, a changed password, a revoked role); by
  // default on the same server as the keys. Until it has been read once, requests with tokens get a 503. off: the issuer has
  // no such list, so its tokens work until they expire.
  ACCESS_DENIALS_URL: urlOrOff,
  // URL where API keys are verified; by default on the same server as the keys. off: there are no API keys.
  API_KEYS_URL: urlOrOff,
  // A private Ed25519 key as JWK, with which the gateway signs the viewer for the subgraphs. Required, unless
  // AUTHENTICATION=off.
  VIEWER_SIGNING_KEY: variable
    .json(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string() }))
    .optional(),
};

export type IdentityVariables = z.output<z.ZodObject<typeof identityVariables>>;

// The user subgraph's default port (ops/services.test.ts): no subgraph is imported here.
export const defaultKeysUrl = `http://127.0.0.1:4001${accessTokenKeysPath}`;

/** Undefined for what is off. */
export const identityUrls = (variables: IdentityVariables) => {
  const { ACCESS_TOKEN_JWKS_URL: keys = defaultKeysUrl, ACCESS_DENIALS_URL, API_KEYS_URL } = variables;
  const besideKeys = (path: string, given: string | undefined) =>
    given === 'off' ? undefined : (given ?? new URL(path, keys).href);
  return {
    keys,
    denials: besideKeys(accessDenialsPath, ACCESS_DENIALS_URL),
    apiKeys: besideKeys(apiKeyVerificationPath, API_KEYS_URL),
  };
};

// Maximum clock skew between machines.
export const clockToleranceSeconds = 5;

/** A key without a use is a configuration mistake, and treating viewers as guests a serious one. */
export const checkIdentityVariables = (config: IdentityVariables, context: z.core.$RefinementCtx): void => {
  const complain = (name: keyof IdentityVariables, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (config.AUTHENTICATION !== 'off') {
    if (!config.VIEWER_SIGNING_KEY) complain('VIEWER_SIGNING_KEY', 'is required, unless AUTHENTICATION=off');
    return;
  }
  for (const name of ['ACCESS_TOKEN_JWKS_URL', 'ACCESS_DENIALS_URL', 'API_KEYS_URL', 'VIEWER_SIGNING_KEY'] as const)
    if (config[name]) complain(name, 'has no effect with AUTHENTICATION=off; remove one of them');
};
