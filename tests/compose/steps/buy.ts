import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { variantOf } from '#launcher/demo/buy-once.ts';
import { newShopper, type Shopper, shopperOf, succeed } from '#launcher/shopper/shopper.ts';
import type { Stack } from '../stack.ts';
import type { Step } from '../step.ts';

/** Puts one of these into the cart and pays; the order is confirmed when it resolves. */
export const buyOne = async (shopper: Shopper, variantId: string): Promise<string> => {
  await patiently(() => shopper.add({ variantId }));
  const key = randomUUID();
  const placed = await patiently(() => shopper.place({ paymentMethodToken: 'tok_approve' }, key));
  const { order } = succeed(placed, 'PlaceOrderSuccess');
  await shopper.orderReaches(order.id, ['CONFIRMED'], 60_000);
  return order.id;
};

// 60 times a second: a machine that starts a dozen processes is late for longer than anybody would wait, but not for ever.
const patience = 60;

/** Comes again in a second, as it is told, when the gateway has more to do than it can: it has not read the request then. */
const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === patience || !String(error).includes('OVERLOADED')) throw error;
      await pause(1_000);
    }
  }
};

/** The audit, from inside, of a shop that comes to rest meanwhile. */
export const auditClean = async (stack: Stack): Promise<void> => {
  for (const deadline = Date.now() + 60_000; ; await pause(2_000)) {
    const audit = await stack
      .compose('run', '--rm', '--no-TTY', 'operator', 'node', 'ops/audit.ts', '--settle-seconds', '0')
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
    const shopper = await patiently(() => newShopper(gateways[index % gateways.length] ?? ''));
    const { id } = await patiently(() => variantOf(shopper, 'trail-lamp-200'));
    while (left-- > 0) await buyOne(shopper, id);
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => buyer(index)));
};
