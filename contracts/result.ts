/**
 * A failure that the customer can act on is a value: `ok(order)` or `fail({ kind: 'InsufficientStock', … })`.
 * `kind` is the name of the GraphQL type that the failure becomes.
 */
export interface Failure<Kind extends string = string> {
  readonly kind: Kind;
  /** Shown to the customer: contains no secrets. */
  readonly message: string;
}

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Failed<F extends Failure> = { readonly ok: false; readonly failure: F };
export type Result<T, F extends Failure> = Ok<T> | Failed<F>;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const fail = <F extends Failure>(failure: F): Failed<F> => ({ ok: false, failure });

/** The idempotency key was used with another input. Every mutation can return this. */
export type IdempotencyConflict = Failure<'IdempotencyConflict'>;
export const idempotencyConflict: IdempotencyConflict = {
  kind: 'IdempotencyConflict',
  message: 'This idempotency key was already used with a different input.',
};

/**
 * A fault of the caller that is not a state of the shop (an unknown ID, a missing permission):
 * becomes a `GraphQLError` with this code. Thrown, never returned.
 */
export class CallerFault extends Error {
  readonly code: 'BAD_USER_INPUT' | 'CARD_NUMBER' | 'NOT_FOUND' | 'FORBIDDEN' | 'UNAUTHENTICATED';
  constructor(code: CallerFault['code'], message: string) {
    super(message);
    this.name = 'CallerFault';
    this.code = code;
  }
}
