import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import type { PasswordHash } from '../domain/user.ts';
import type { Passwords } from '../usecases/ports.ts';

/**
 * argon2id (the library's default), with the least that OWASP's Password Storage Cheat Sheet accepts: 19 MiB, two
 * passes, one lane. About 20 ms of one core; of memory at most 19 MiB for each of the four threads that Node hashes on.
 * A hash names its own cost, so these may be raised at any time: old hashes keep working.
 */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const argon2Passwords = async (): Promise<Passwords> => {
  // The hash of a password that nobody knows. Checking against it takes the time that an account's own would take.
  const decoy = await hash(randomBytes(32), cost);
  return {
    hash: async (password) => (await hash(password, cost)) as PasswordHash,
    isRight: async (password, passwordHash) =>
      (await verify(passwordHash ?? decoy, password)) && passwordHash !== undefined,
  };
};
