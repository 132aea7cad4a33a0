import type { Failure, Result } from '#contracts/result.ts';

type Named<F extends Failure> = F extends unknown ? F & { readonly __typename: F['kind'] } : never;

/** The outcome of a mutation as a member of its union: a failure's kind is the name of its type. */
export const payload = <Success extends string, T, Fields, F extends Failure>(
  success: Success,
  result: Result<T, F>,
  fields: (value: T) => Fields,
): (Fields & { readonly __typename: Success }) | Named<F> =>
  result.ok
    ? { ...fields(result.value), __typename: success }
    : ({ ...result.failure, __typename: result.failure.kind } as unknown as Named<F>);
