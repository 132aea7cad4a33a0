/** Variables of authentication. */
import { z } from 'zod';
import { accessTokenKeysPath } from '#contracts/access-token.ts';
import { variable } from '#platform/config/config.ts';

export const identityVariables = {
  // off: every client is a guest, tokens are ignored and subgraphs get no viewer. For subgraphs that are not Agora's;
  // forward what they need with FORWARD_REQUEST_HEADERS.
  AUTHENTICATION: z.enum(['on', 'off']).default('on'),
  // JWKS URL of the keys that verify access tokens; by default the user subgraph's on this machine.
  ACCESS_TOKEN_JWKS_URL: variable.url('http', 'https').optional(),
  // A private Ed25519 key as JWK, with which the gateway signs the viewer for the subgraphs. Required, unless
  // AUTHENTICATION=off.
  VIEWER_SIGNING_KEY: variable
    .json(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string() }))
    .optional(),
};

// The user subgraph's default port (ops/services.test.ts): no subgraph is imported here.
export const defaultJwksUrl = `http://127.0.0.1:4001${accessTokenKeysPath}`;

export type IdentityVariables = z.output<z.ZodObject<typeof identityVariables>>;

/** A key without a use is a configuration mistake, and treating viewers as guests a serious one. */
export const checkIdentityVariables = (config: IdentityVariables, context: z.core.$RefinementCtx): void => {
  const complain = (name: keyof IdentityVariables, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (config.AUTHENTICATION !== 'off') {
    if (!config.VIEWER_SIGNING_KEY) complain('VIEWER_SIGNING_KEY', 'is required, unless AUTHENTICATION=off');
    return;
  }
  for (const name of ['ACCESS_TOKEN_JWKS_URL', 'VIEWER_SIGNING_KEY'] as const)
    if (config[name]) complain(name, 'has no effect with AUTHENTICATION=off; remove one of them');
};
