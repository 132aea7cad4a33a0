/** What a use case asks of idempotency; platform/messaging/idempotency.ts keeps the rows. */
import type { Failure, IdempotencyConflict, Result } from './result.ts';

export interface IdempotentRequest {
  /** Whose key it is: a user's id, or what stands for a guest. Two actors may use the same key. */
  readonly actor: string;
  readonly operation: string;
  /** Absent: the caller asked for no protection, and `work` simply runs. */
  readonly key: string | undefined;
  /** Everything the answer depends on, but no secret: a digest of it is stored. */
  readonly input: unknown;
}

export interface Idempotency {
  /**
   * Runs `work` for the first request with this key and keeps its answer (it must survive JSON); later ones get that
   * answer without running it. A concurrent second request waits for the first. A failure is not kept: nothing
   * happened, so the same key may try again. The same key with another input is an `IdempotencyConflict`.
   */
  once<T, F extends Failure>(
    request: IdempotentRequest,
    work: () => Promise<Result<T, F>>,
  ): Promise<Result<T, F | IdempotencyConflict>>;
}
