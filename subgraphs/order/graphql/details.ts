/** What customers say beside what they buy: in, and out to those who may see it. */
import { refuseCardNumber } from '#contracts/card-number.ts';
import { mayRead, type Viewer } from '#contracts/viewer.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import { type CustomerDetails, linesOfText, textLimits } from '../domain/cart/details.ts';
import type { CartView, OrderView } from '../usecases/ports.ts';
import type { SetCartNoteInput } from './types.generated.ts';

const textOf = (name: keyof typeof textLimits, typed: string | null): string | null => {
  if (typed === null) return null;
  const text = linesOfText(typed, textLimits[name]);
  assertInput(
    text !== undefined,
    `"${name}" has at most ${textLimits[name]} characters, and no control characters but line breaks.`,
  );
  if (text) refuseCardNumber(text, `"${name}"`);
  return text ?? null;
};

/** What is not given stays. */
export const textsOf = ({ note, giftMessage }: SetCartNoteInput): Partial<CustomerDetails> => ({
  ...(note !== undefined && { note: textOf('note', note) }),
  ...(giftMessage !== undefined && { giftMessage: textOf('giftMessage', giftMessage) }),
});

/** Reading orders is not enough to see where their customers live: that is for those who deliver them. */
const visible = <T>(viewer: Viewer, { customerId }: Pick<OrderView, 'customerId'>, value: T): T | null =>
  mayRead(viewer, customerId, 'orders:manage') ? value : null;

type Of = Pick<CartView, 'customerId' | keyof CustomerDetails>;
type Context = { readonly viewer: Viewer };

/** The fields that carts and orders have in common. */
export const detailsFields = <Parent>(of: (parent: Parent) => Of) => ({
  contactEmail: (it: Parent, _: unknown, { viewer }: Context) => visible(viewer, of(it), of(it).contactEmail),
  shippingAddress: (it: Parent, _: unknown, { viewer }: Context) => visible(viewer, of(it), of(it).shippingAddress),
  billingAddress: (it: Parent, _: unknown, { viewer }: Context) =>
    visible(viewer, of(it), of(it).billingAddress ?? of(it).shippingAddress),
  note: (it: Parent, _: unknown, { viewer }: Context) => visible(viewer, of(it), of(it).note),
  giftMessage: (it: Parent, _: unknown, { viewer }: Context) => visible(viewer, of(it), of(it).giftMessage),
});
