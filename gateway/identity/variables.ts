/** Variables of who is asking. */
import { z } from 'zod';
import { defaultPorts } from '../../contracts/services.ts';
import { variable } from '../../platform/config.ts';

export const identityVariables = {
  ACCESS_TOKEN_JWKS_URL: variable
    .url('http', 'https')
    .default(`http://127.0.0.1:${defaultPorts.user}/.well-known/jwks.json`),
  VIEWER_SIGNING_KEY: variable.json(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string() })),
};
