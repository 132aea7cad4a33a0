/** The access token: the user subgraph signs it at sign-in, the gateway verifies it, and nobody else sees it. */
import { z } from 'zod';
import { UserId } from './ids.ts';
import { Role } from './viewer.ts';

export const accessTokenIssuer = 'agora-user';
export const accessTokenAudience = 'agora';
/** Ed25519; a token signed in any other way is refused. */
export const accessTokenAlgorithm = 'EdDSA';

/** What it says beside `iss`, `aud`, `iat`, `exp` and `jti`. */
export const AccessTokenClaims = z.object({ sub: UserId, roles: z.array(Role), sid: z.string().min(1) });
export type AccessTokenClaims = z.infer<typeof AccessTokenClaims>;
