import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import { type ConcurrencyBounds, concurrencyLimit } from '#platform/resilience/concurrency-limit.ts';
import type { PasswordHash } from '../../domain/account/user.ts';
import type { Passwords } from '../../usecases/account/ports.ts';

/**
 * argon2id (the library's default), with the minimum of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one
 * lane. About 20 ms of one core. A hash includes its own cost, so this can be raised at any time: old hashes keep working.
 */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// 2 at once, 38 MiB: Node has four threads for such work, and the others are needed by every request, for the check of the
// gateway's signature. 200 wait for two seconds; more than that is a flood, and is refused with a retryable error.
const bounds: ConcurrencyBounds = { concurrency: 2, maxWaiting: 200, waitMs: 5_000 };

export const argon2Passwords = async (limits = bounds): Promise<Passwords> => {
  const limitConcurrency = concurrencyLimit(limits);
  const slowly = <T>(work: () => Promise<T>): Promise<T> => limitConcurrency('argon2', work);
  // The hash of an unknown password. Checking against it takes as long as checking against an account's.
  const decoy = await hash(randomBytes(32), cost);
  return {
    hash: async (password) => (await slowly(() => hash(password, cost))) as PasswordHash,
    isRight: async (password, passwordHash) =>
      (await slowly(() => verify(passwordHash ?? decoy, password))) && passwordHash != null,
  };
};
