/** From how a use case ended to a member of its mutation's union. A failure's kind is the name of its GraphQL type. */
import type { Failure, Result } from '#contracts/result.ts';

export type NamedFailure<F> = F extends Failure ? F & { readonly __typename: F['kind'] } : never;

export const namedFailure = <F extends Failure>(failure: F): NamedFailure<F> =>
  ({ ...failure, __typename: failure.kind }) as unknown as NamedFailure<F>;

/** `success` gives the member for the value, `__typename` included. */
export const payload = async <const Success extends object, T, F extends Failure>(
  result: Result<T, F>,
  success: (value: T) => Success | Promise<Success>,
): Promise<Success | NamedFailure<F>> => (result.ok ? await success(result.value) : namedFailure(result.failure));
