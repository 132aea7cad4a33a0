/** Fresh passwords and keys. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';

export const randomPassword = (): string => randomBytes(24).toString('base64url');

/** A private Ed25519 key. */
export const signingKey = (): JWK => ({
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK),
  kid: randomBytes(8).toString('hex'),
  alg: 'EdDSA',
  use: 'sig',
});

/** The part of a key that may be published. */
export const publicPart = ({ d: _private, ...rest }: JWK): JWK => rest;
