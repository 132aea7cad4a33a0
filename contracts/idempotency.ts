/** Idempotency as use cases see it; platform/messaging/idempotency.ts stores the rows. */
import type { Failure, IdempotencyConflict, Result } from './result.ts';

export interface IdempotentRequest {
  /** Owner of the key: a user's ID, or what stands for a guest. Two actors may use the same key. */
  readonly actor: string;
  readonly operation: string;
  /** Without a key there is no protection, and `work` simply runs. */
  readonly key: string | undefined;
  /** Everything the answer depends on, but no secret: a digest of it is stored. */
  readonly input: unknown;
}

export interface Idempotency {
  /**
   * Runs `work` for the first request with this key and stores its result (as JSON); later requests get that result
   * without running it. A concurrent second request waits for the first. A failure is not stored: nothing happened,
   * so the same key may be tried again. The same key with another input is an `IdempotencyConflict`.
   */
  once<T, F extends Failure>(
    request: IdempotentRequest,
    work: () => Promise<Result<T, F>>,
  ): Promise<Result<T, F | IdempotencyConflict>>;
}
