/** The access token, between the user subgraph that signs it and the gateway that checks it. */
import { z } from 'zod';
import { CustomerId, GuestId } from './ids.ts';

export const accessTokenIssuer = 'agora-user';
export const accessTokenAudience = 'agora';
/** Ed25519: small keys and signatures, no parameters to get wrong. */
export const accessTokenAlgorithm = 'EdDSA';
/** RFC 9068: nothing else signed with the same keys passes as an access token. */
export const accessTokenType = 'at+jwt';

// 15 min: what a gateway that cannot reach the user subgraph goes on accepting at most. Sessions are renewed by then.
export const accessTokenLifeMs = 15 * 60 * 1_000;

/** Where the user subgraph publishes the keys that verify it. */
export const accessTokenKeysPath = '/.well-known/jwks.json';

/** Claims beside issuer, audience, issue and expiry time. (`iat` is one of those; it has whole seconds.) */
export const AccessTokenClaims = z.object({
  /** A user, or a guest with a session. */
  sub: CustomerId,
  roles: z.array(z.string()),
  /** Those of the roles when it was issued. One that a gateway of another release does not know is ignored there. */
  permissions: z.array(z.string()),
  /** RFC 6749, 3.3: names with spaces between them. Our own tokens have none; there, permissions stand for scopes. */
  scope: z.string().optional(),
  /** The session, so that it can be ended before its tokens expire. */
  sid: z.string().min(1),
  /**
   * When it was issued, in milliseconds by the clock that denials are dated by (access-denials.ts): a token of a new
   * sign-in works in the very second in which all earlier ones were denied.
   */
  iat_ms: z.int().positive(),
  /** The guest that the user was until they signed in; only in the first token of a session. */
  merged: GuestId.optional(),
  /** Differs in every token. */
  jti: z.string().min(1),
});
export type AccessTokenClaims = z.infer<typeof AccessTokenClaims>;
