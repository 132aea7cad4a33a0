/**
 * An answer the customer can act on is a value: `ok(order)` or `fail({ kind: 'InsufficientStock', … })`.
 * `kind` is the name of the GraphQL type that the failure becomes.
 */
export interface Failure<Kind extends string = string> {
  readonly kind: Kind;
  /** One sentence for a person, with nothing secret in it. */
  readonly message: string;
}

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Failed<F extends Failure> = { readonly ok: false; readonly failure: F };
export type Result<T, F extends Failure> = Ok<T> | Failed<F>;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const fail = <F extends Failure>(failure: F): Failed<F> => ({ ok: false, failure });

/** The same idempotency key came with another input. Every mutation can answer this. */
export type IdempotencyConflict = Failure<'IdempotencyConflict'>;
export const idempotencyConflict: IdempotencyConflict = {
  kind: 'IdempotencyConflict',
  message: 'This idempotency key was already used with a different input.',
};

/**
 * A fault of the caller that is no state of the shop (an unknown id where one must exist, no permission):
 * becomes a `GraphQLError` with this code. Thrown, never returned.
 */
export class CallerFault extends Error {
  readonly code: 'BAD_USER_INPUT' | 'NOT_FOUND' | 'FORBIDDEN' | 'UNAUTHENTICATED';
  constructor(code: CallerFault['code'], message: string) {
    super(message);
    this.name = 'CallerFault';
    this.code = code;
  }
}
