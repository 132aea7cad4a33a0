/** Fresh passwords and keys. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import type { SecretKind } from '#platform/service/descriptor.ts';
import { services } from '../services.ts';

export const randomPassword = (): string => randomBytes(24).toString('base64url');

/** A private Ed25519 key. */
export const newSigningKey = (): JWK & { readonly d: string } => ({
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK & { d: string }),
  kid: randomBytes(8).toString('hex'),
  alg: 'EdDSA',
  use: 'sig',
});

const byKind: Readonly<Record<Exclude<SecretKind, 'optional' | 'given'>, () => string>> = {
  password: randomPassword,
  'signing-key': () => JSON.stringify(newSigningKey()),
  'signing-keys': () => JSON.stringify({ keys: [newSigningKey()] }),
};

/** The services' own secrets by variable, with what makes one; `undefined` for those that they do without. */
export const serviceSecrets: Readonly<Record<string, (() => string) | undefined>> = Object.fromEntries(
  services.flatMap(({ secrets = {} }) =>
    Object.entries(secrets).map(([name, kind]) => [
      name,
      kind === 'optional' || kind === 'given' ? undefined : byKind[kind],
    ]),
  ),
);

/** VIEWER_VERIFY_KEYS, which every subgraph has, for a VIEWER_SIGNING_KEY, which is the gateway's alone. */
export const verifyKeysOf = (viewerSigningKey: string): string => {
  const { d: _private, ...publicPart } = JSON.parse(viewerSigningKey) as JWK;
  return JSON.stringify({ keys: [publicPart] });
};
