import type { Money } from '#contracts/money.ts';
import { type Cart, mergeCodes, mergedUnits } from '../../domain/cart/cart.ts';
import type { CustomerDetails } from '../../domain/cart/details.ts';
import type { Order, OrderLine } from '../../domain/order/order.ts';
import type { Deps, Stores } from '../ports.ts';

/**
 * Puts the lines of an order that came to nothing back into its customer's cart, beside what is there by now. In the
 * transaction that ends the order, so they are in one of the two and never in both. A guest cannot be merged meanwhile: a
 * merge waits for whoever has an order of the guest locked, and reads the cart afterwards.
 */
export const returnToCart = async (
  { newId }: Pick<Deps, 'newId'>,
  { carts, catalogue, now }: Stores,
  { customerId, details, pricing, failure }: Pick<Order, 'customerId' | 'details' | 'pricing' | 'failure'>,
  lines: readonly OrderLine[],
): Promise<void> => {
  const [first] = lines;
  if (!first) return;
  const present = await lockOrOpen(carts, { id: newId('Cart'), customerId, now });
  const { currency } = first.unitPrice;
  const cart = present.lines.length === 0 ? { ...present, currency } : present;
  const texts = textsFor(cart, details);
  const couponCodes = mergeCodes(cart.couponCodes, codesOf(pricing));
  if (
    cart.currency !== present.currency ||
    texts.note ||
    texts.giftMessage ||
    couponCodes.length > cart.couponCodes.length
  )
    await carts.revise(cart.id, { currency: cart.currency, couponCodes, ...texts }, now);
  const entries = await catalogue.entries([...cart.lines, ...lines].map(({ variantId }) => variantId));
  const merged = mergedUnits(cart, entries, lines);
  await carts.putLines(
    cart.id,
    merged.map((units) => ({
      id: newId('CartLine'),
      ...units,
      // What a line that is there was seen to cost stays so.
      seenPrice: cart.lines.some(({ variantId }) => variantId === units.variantId) ? undefined : agreedOn(lines, units),
      availableUnits: availableOf(failure, units),
    })),
    now,
  );
};

const codesOf = (pricing: Order['pricing']): readonly string[] =>
  pricing?.promotions.flatMap(({ code }) => code ?? []) ?? [];

type OfVariant = Pick<OrderLine, 'variantId'>;

const agreedOn = (lines: readonly OrderLine[], { variantId }: OfVariant): Money | undefined =>
  lines.find((line) => line.variantId === variantId)?.unitPrice;

/** Of a variant that the order failed for. */
const availableOf = (failure: Order['failure'], { variantId }: OfVariant): number | undefined =>
  failure?.kind === 'InsufficientStock'
    ? failure.lines.find((line) => line.variantId === variantId)?.available
    : undefined;

/** What was said about the lines comes back with them, unless something else has been said since. */
const textsFor = (cart: CustomerDetails, back: CustomerDetails) => ({
  ...(cart.note === null && back.note !== null && { note: back.note }),
  ...(cart.giftMessage === null && back.giftMessage !== null && { giftMessage: back.giftMessage }),
});

/** The customer's cart, locked; a new one when there is none. */
export const lockOrOpen = async (carts: Stores['carts'], fresh: Parameters<typeof carts.open>[0]): Promise<Cart> => {
  const present = await carts.lock(fresh.customerId);
  if (present) return present;
  await carts.open(fresh);
  const opened = await carts.lock(fresh.customerId);
  if (!opened) throw new Error(`the cart of ${fresh.customerId} is not there right after it was opened`);
  return opened;
};
