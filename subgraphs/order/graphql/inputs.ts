/** What the caller sent, checked before anything is read or written. A fault is BAD_USER_INPUT. */
import { type Id, type Noun, parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { maxQuantity } from '../domain/cart/cart.ts';
import type { SignedIn } from '../usecases/order/order-requests.ts';

// 5 s: what a browser's user watches a spinner for, and well below every time-out on the way here.
const maxWaitMs = 5_000;

const check = (isFine: boolean, message: string): void => {
  if (!isFine) throw new CallerFault('BAD_USER_INPUT', message);
};

/** The defaults are those of the SDL, which the generated types do not know to have been filled in. */
export const quantityOf = (quantity = 1): number => {
  check(quantity >= 1 && quantity <= maxQuantity, `"quantity" must be from 1 to ${maxQuantity}.`);
  return quantity;
};

export const waitMsOf = (waitMs = 0): number => {
  check(waitMs >= 0 && waitMs <= maxWaitMs, `"waitMs" must be from 0 to ${maxWaitMs}.`);
  return waitMs;
};

/** The message does not repeat the token: errors are logged and shown. */
export const paymentMethodTokenOf = (token: string): string => {
  check(/^[\x21-\x7e]{1,200}$/.test(token), '"paymentMethodToken" has 1 to 200 printable characters, without spaces.');
  return token;
};

export const expectedTotalOf = <M extends { readonly amount: number }>(total: M | null | undefined): M | undefined => {
  check(!total || total.amount >= 0, '"expectedTotal" cannot be less than nothing.');
  return total ?? undefined;
};

/** The id of a thing that has to exist. An id of another kind names nothing, like one that is unknown. */
export const existing = <N extends Noun>(noun: N, text: string): Id<N> => {
  const id = parseId(noun, text);
  if (!id) throw new CallerFault('NOT_FOUND', `There is no such ${noun.toLowerCase()}.`);
  return id;
};

/** The viewer of a field that only a signed-in one can reach. */
export const signedIn = (viewer: Viewer): SignedIn => {
  if (viewer.kind !== 'user') throw new CallerFault('UNAUTHENTICATED', 'Sign in first.');
  return viewer;
};
