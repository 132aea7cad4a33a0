import { setTimeout as pause } from 'node:timers/promises';
import { variantOf } from '../../../scripts/demo/buy-once.ts';
import { newShopper, type Shopper, shopperOf, succeed } from '../../../scripts/shopper/shopper.ts';
import type { Stack } from '../stack.ts';
import type { Step } from '../step.ts';

/** Puts one of these into the cart and pays; the order is confirmed when it resolves. */
export const buyOne = async (shopper: Shopper, variantId: string): Promise<string> => {
  await shopper.add({ variantId });
  const { order } = succeed(await shopper.place({ paymentMethodToken: 'tok_approve' }), 'PlaceOrderSuccess');
  await shopper.orderReaches(order.id, ['CONFIRMED'], 60_000);
  return order.id;
};

/** The audit, from inside, of a shop that comes to rest meanwhile. */
export const auditClean = async (stack: Stack): Promise<void> => {
  for (const deadline = Date.now() + 60_000; ; await pause(2_000)) {
    const audit = await stack
      .compose('run', '--rm', '--no-TTY', 'operator', 'node', 'scripts/audit.ts', '--settle-seconds', '0')
      .catch((error: Error) => error);
    if (!(audit instanceof Error)) return;
    if (Date.now() > deadline) throw audit;
  }
};

/** Of the seed, so that there is a password to come back with. */
export const buyer = { email: 'customer@example.com', password: 'demo-customer' };

export const buy: Step = {
  name: 'a purchase through the published port, and a clean audit',
  run: async (scene) => {
    const shopper = await shopperOf(scene.gateway, buyer);
    const { id } = await variantOf(shopper, 'trail-lamp-200');
    scene.customer = { shopper, orderId: await buyOne(shopper, id) };
    await auditClean(scene.stack);
  },
};

// 10 at once: what a small shop has on a good day, and enough to keep two cores busy.
const atOnce = 10;

/** Buys from several gateways in turn, 10 at a time, of whatever the seed has plenty of. */
export const buyMany = async (gateways: readonly string[], count: number): Promise<void> => {
  let left = count;
  const buyer = async (index: number) => {
    const shopper = await newShopper(gateways[index % gateways.length] ?? '');
    const { id } = await variantOf(shopper, 'trail-lamp-200');
    while (left-- > 0) await buyOne(shopper, id);
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => buyer(index)));
};
