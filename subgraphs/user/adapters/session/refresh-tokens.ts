import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { RefreshTokens, RefreshTokenText } from '../../usecases/session/ports.ts';

// The prefix is for scanners that look for secrets in logs and commits; 32 bytes cannot be guessed.
const prefix = 'agr_';
const bytes = 32;
const pattern = /^agr_[\w-]{43}$/;

const tokenOf = (secret: Buffer) => `${prefix}${secret.toString('base64url')}` as RefreshTokenText;

/** A fast hash will do: unlike a password, a token has 256 random bits. */
export const refreshTokens: RefreshTokens = {
  create: () => tokenOf(randomBytes(bytes)),
  parse: (text) => (pattern.test(text) ? (text as RefreshTokenText) : undefined),
  hash: (token) => createHash('sha256').update(token).digest('base64url'),
  newSalt: () => randomBytes(bytes).toString('base64url'),
  successor: (token, salt) => tokenOf(Buffer.from(hkdfSync('sha256', token, salt, 'agora refresh token', bytes))),
};
