/** What callers send, checked before anything is read or written. Each throws a `CallerFault`. */
import { type Id, type Noun, parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { type AskingCustomer, askingCustomer, type SignedIn, type Viewer } from '#contracts/viewer.ts';

export const assertInput = (isFine: boolean, message: string): void => {
  if (!isFine) throw new CallerFault('BAD_USER_INPUT', message);
};

/** For a thing that has two names, of which the caller gives one. */
export const exactlyOneOf = <Name extends string>(
  given: { readonly [N in Name]?: unknown },
  ...[first, second]: readonly [Name, Name]
): void =>
  assertInput((given[first] == null) !== (given[second] == null), `Give exactly one of "${first}" and "${second}".`);

/** The id of a thing that has to exist: NOT_FOUND for what cannot be one, as for one that nothing has. */
export const requireId = <N extends Noun>(noun: N, text: string): Id<N> => {
  const id = parseId(noun, text);
  if (!id)
    throw new CallerFault('NOT_FOUND', `There is no such ${noun.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}.`);
  return id;
};

/** For what only a customer can do: a user, or a guest with a session. */
export const requireCustomer = (viewer: Viewer): AskingCustomer => {
  const asking = askingCustomer(viewer);
  if (asking) return asking;
  if (viewer.kind === 'apiKey') throw new CallerFault('FORBIDDEN', 'An API key is no customer.');
  throw new CallerFault('UNAUTHENTICATED', 'Sign in or start a guest session first.');
};

/** For fields that only a signed-in viewer reaches. */
export const requireSignedIn = (viewer: Viewer): SignedIn => {
  if (viewer.kind !== 'user') throw new CallerFault('UNAUTHENTICATED', 'Sign in first.');
  return viewer;
};
