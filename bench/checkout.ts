/**
 * `npm run bench:checkout`: how long placeOrder → CONFIRMED takes, one purchase after the other, on a system of its own
 * and over each transport that this machine has. Prints milliseconds; compare them within one run only.
 */

import { isRedisInstalled } from '#launcher/events.ts';
import { newShopper, succeed, variantOf } from '#launcher/shopper/shopper.ts';
import { openTemporaryShop } from '#launcher/temporary-shop.ts';
import { percentile } from './capacity/meters.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:checkout [-- --purchases N] [--warm-up N]
  --purchases N   how many are counted, for each transport (50)
  --warm-up N     how many are made before those (10)`;

/** One purchase as a client sees it: from sending placeOrder to the answer that says CONFIRMED. */
const measure = async (gateway: string, purchases: number, warmUp: number): Promise<number[]> => {
  const shopper = await newShopper(gateway);
  const { id: variantId } = await variantOf(shopper, 'trail-lamp-200');
  const times: number[] = [];
  for (let n = 0; n < warmUp + purchases; n++) {
    await shopper.add({ variantId });
    const start = performance.now();
    const { order } = succeed(
      await shopper.place({ paymentMethodToken: 'tok_approve', waitMs: 5_000 }),
      'PlaceOrderSuccess',
    );
    const elapsedMs = performance.now() - start;
    if (order.status !== 'CONFIRMED')
      throw new Error(`order ${order.number} was ${order.status} after ${elapsedMs} ms`);
    if (n >= warmUp) times.push(elapsedMs);
  }
  return times.sort((a, b) => a - b);
};

const benchTransport = async (events: 'redis' | 'postgres', purchases: number, warmUp: number) => {
  const shop = await openTemporaryShop({ events, env: { ...process.env, LOG_LEVEL: 'warn', RATE_LIMITS: 'off' } });
  try {
    const times = await measure(shop.gateway, purchases, warmUp);
    const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)].map((ms) => ms.toFixed(0));
    console.log(
      `${events.padEnd(9)} ${purchases} purchases  p50 ${p50} ms  p95 ${p95} ms  worst ${times.at(-1)?.toFixed(0)} ms`,
    );
  } finally {
    await shop.stop();
  }
};

const { purchases, 'warm-up': warmUp } = numberOptions(help, {
  purchases: { value: 50 },
  'warm-up': { value: 10, least: 0 },
});
console.log('The simulated provider answers after 20 ms, twice per purchase.');
for (const events of isRedisInstalled() ? (['redis', 'postgres'] as const) : (['postgres'] as const))
  await benchTransport(events, purchases, warmUp);
