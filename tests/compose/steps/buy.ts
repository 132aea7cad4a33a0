import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { newShopper, type Shopper, shopperOf, succeed, variantOf } from '#launcher/shopper/shopper.ts';
import type { Stack } from '../stack.ts';
import type { Step } from '../step.ts';

/** Buys one unit; resolves when the order is confirmed. */
export const buyOne = async (shopper: Shopper, variantId: string): Promise<string> => {
  await retryWhenOverloaded(() => shopper.add({ variantId }));
  const key = randomUUID();
  const placed = await retryWhenOverloaded(() => shopper.place({ paymentMethodToken: 'tok_approve' }, key));
  const { order } = succeed(placed, 'PlaceOrderSuccess');
  await shopper.orderReaches(order.id, ['CONFIRMED'], 60_000);
  return order.id;
};

// 60 attempts, one second apart: a machine that starts a dozen processes is overloaded for a while, but not longer.
const maxAttempts = 60;

/** Retries as `retry-after` asks when the gateway sheds load. That is safe: a shed request has not been read. */
const retryWhenOverloaded = async <T>(request: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt === maxAttempts || !String(error).includes('OVERLOADED')) throw error;
      await pause(1_000);
    }
  }
};

/** Audits from inside until the shop has settled; rejects with the last audit's violations. */
export const auditClean = async (stack: Stack): Promise<void> => {
  for (const deadline = Date.now() + 60_000; ; await pause(2_000)) {
    const audit = await stack
      .compose('run', '--rm', '--no-TTY', 'operator', 'node', 'ops/audit.ts', '--settle-seconds', '0')
      .catch((error: Error) => error);
    if (!(audit instanceof Error)) return;
    if (Date.now() > deadline) throw audit;
  }
};

/** A seeded customer: signs in again with the same password after a restore. */
export const buyer = { email: 'customer@example.com', password: 'demo-customer' };

export const buy: Step = {
  name: 'a purchase through the published port succeeds, with a clean audit',
  run: async (context) => {
    const shopper = await shopperOf(context.gateway, buyer);
    const { id } = await variantOf(shopper, 'trail-lamp-200');
    context.customer = { shopper, orderId: await buyOne(shopper, id) };
    await auditClean(context.stack);
  },
};

// 10: a small shop on a good day, and enough to keep two cores busy.
const concurrency = 10;

/** Buys `count` orders through the gateways in turn, of a variant that the seed has plenty of. */
export const buyMany = async (gateways: readonly string[], count: number): Promise<void> => {
  let left = count;
  const buyer = async (index: number) => {
    const shopper = await retryWhenOverloaded(() => newShopper(gateways[index % gateways.length] ?? ''));
    const { id } = await retryWhenOverloaded(() => variantOf(shopper, 'trail-lamp-200'));
    while (left-- > 0) await buyOne(shopper, id);
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => buyer(index)));
};
