/** Customers with orders in flight, and their expected outcomes. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type Credentials,
  type Customer,
  type Guest,
  newAccount,
  newGuest,
  newShopper,
  type Shopper,
  shopperOf,
  succeed,
} from '#launcher/shopper/shopper.ts';
import { ProductPageDocument } from '#operations/documents.generated.ts';

export interface Placed {
  readonly buyer: Customer;
  readonly orderId: string;
  readonly token: string;
}

// Longer than any recovery: a dead worker's job is retried within seconds, a step's time-out is a minute.
const recoveryMs = 90_000;

export const buyersOf = (gateway: string, count: number): Promise<Shopper[]> =>
  Promise.all(Array.from({ length: count }, () => newShopper(gateway)));

/** Guests, and the accounts that they have. */
export const guestsOf = (gateway: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => ({ guest: await newGuest(gateway), account: await newAccount(gateway) })),
  );

/** Signs in, and again where no answer came. The guest's token no longer counts where an earlier try was the one. */
export const signInWhatever = async (gateway: string, guest: Guest, account: Credentials): Promise<Shopper> => {
  const deadline = performance.now() + recoveryMs;
  for (let wasMerged = false; ; ) {
    try {
      return await (wasMerged ? shopperOf(gateway, account) : guest.signIn(account));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      wasMerged ||= String(error).includes('UNAUTHENTICATED');
      await pause(200);
    }
  }
};

/** Every buyer places one order; the cards alternate. Returns once all are placed. */
export const placeAll = async (buyers: readonly Customer[], tokens: readonly string[]): Promise<readonly Placed[]> => {
  const [first] = buyers;
  const page = await first?.client.ask(ProductPageDocument, { slug: 'trail-lamp-200' });
  const variantId = page?.product?.variants.find(({ availability }) => availability === 'IN_STOCK')?.id ?? '';
  await Promise.all(buyers.map((buyer) => buyer.add({ variantId })));
  return Promise.all(
    buyers.map(async (buyer, i) => {
      const token = tokens[i % tokens.length] ?? 'tok_approve';
      const { order } = succeed(await buyer.place({ paymentMethodToken: token }, randomUUID()), 'PlaceOrderSuccess');
      return { buyer, orderId: order.id, token };
    }),
  );
};

/** Good cards end CONFIRMED and captured once, bad ones PAYMENT_FAILED with nothing captured. */
export const ordersEnd = async (placed: readonly Placed[]): Promise<void> => {
  for (const { buyer, orderId, token } of placed) {
    const order = await buyer.orderReaches(
      orderId,
      ['CONFIRMED', 'PAYMENT_FAILED', 'CANCELLED', 'REJECTED'],
      recoveryMs,
    );
    const paid = order.payments?.filter(({ captured, refunded }) => captured.amount > refunded.amount) ?? [];
    const expected = token === 'tok_approve' ? { status: 'CONFIRMED', paid: 1 } : { status: 'PAYMENT_FAILED', paid: 0 };
    expect({ status: order.status, paid: paid.length }).toEqual(expected);
  }
};
