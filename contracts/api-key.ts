/** API keys, with which machines sign in: how one is written, and how the gateway learns from the user subgraph what it may do. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { ApiKeyId, parseId } from './ids.ts';
import { isPermission } from './permissions.ts';

/** How every key begins, and no access token does. Scanners of repositories and logs find a leaked key by it. */
export const apiKeyPrefix = 'agk_';

// 160 random bits: nobody guesses them, so a fast digest is enough to store them, and there is nothing to slow down.
export const apiKeySecretBytes = 20;

const form = /^(agk_([0-9a-f]{32})_[0-9a-f]{40})_([0-9a-f]{8})$/;

/** `agk_<id>_<secret>_<checksum>`, all of it in lower-case hex. It is shown once: only `apiKeyHash` of it is stored. */
export const writeApiKey = (id: ApiKeyId, secret: Buffer): string => {
  const text = `${apiKeyPrefix}${id.slice('key_'.length)}_${secret.toString('hex')}`;
  return `${text}_${checksum(text)}`;
};

export interface ParsedApiKey {
  /** What denials and logs call it. Only the user subgraph knows whether the secret is that of this id. */
  readonly id: ApiKeyId;
  readonly hash: string;
}

/** Undefined for what cannot be a key: one that was cut off or mistyped is refused without asking anybody. */
export const parseApiKey = (text: string): ParsedApiKey | undefined => {
  const [, checked = '', hex = '', sum] = form.exec(text) ?? [];
  const id = parseId('ApiKey', `key_${hex}`);
  return id && checksum(checked) === sum ? { id, hash: apiKeyHash(text) } : undefined;
};

/** SHA-256 of the whole key, in hex: by this it is stored, cached and asked about. */
export const apiKeyHash = (key: string): string => createHash('sha256').update(key).digest('hex');

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** Where the user subgraph verifies a key: a POST of an `ApiKeyQuestion`, which it answers with an `ApiKeyVerdict`. */
export const apiKeyVerificationPath = '/api-keys/verify';

export const ApiKeyQuestion = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) });
export type ApiKeyQuestion = z.infer<typeof ApiKeyQuestion>;

/** A key that is unknown, expired or revoked is not valid; which of these, nobody but its owner is told. */
export const ApiKeyVerdict = z.discriminatedUnion('valid', [
  z.object({ valid: z.literal(false) }),
  z.object({
    valid: z.literal(true),
    id: ApiKeyId,
    /** They never change: another set is another key. A gateway of another release ignores those that it does not know. */
    permissions: z.array(z.string()).transform((names) => names.filter(isPermission)),
    /** Until it expires, by the database's clock; null for never. Whoever keeps the verdict keeps it no longer. */
    expiresInSeconds: z.int().nonnegative().nullable(),
  }),
]);
export type ApiKeyVerdict = z.output<typeof ApiKeyVerdict>;
