/**
 * `npm run bench:live`: many open streams on one gateway of a system of its own. Prints what a stream costs in memory,
 * and how long after a change the last stream has it; once with one question that all share, once with one for each.
 */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { isRedisInstalled } from '#launcher/events.ts';
import { newShopper, type Shopper, succeed, variantOf } from '#launcher/shopper/shopper.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import { ConfirmPaymentDocument } from '#operations/documents.generated.ts';
import { percentile } from './capacity/meters.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:live [-- --streams N]
  --streams N   how many are open at a time (1000)`;

// Opened so many at a time: a thousand customers do not come in the same millisecond.
const openedAtOnce = 25;
const settleMs = 3_000;

interface Stream {
  /** Resolves with the first update. */
  readonly first: Promise<void>;
  /** Resolves with how long after the last change the last update was here. */
  readonly delayMs: Promise<number>;
}

interface Update {
  readonly data: {
    readonly orderUpdated: { readonly timeline: readonly { readonly occurredAt: string }[] } | null;
  } | null;
  readonly errors?: readonly { readonly message: string }[];
}

const query =
  'subscription ($id: ID!) { orderUpdated(id: $id) { status timeline { occurredAt } payments { status } } }';

/** As small as a client can be: a thousand of them must not be what is measured. */
const openStream = (gateway: string, shopper: Shopper, id: string, question: number): Stream => {
  const first = Promise.withResolvers<void>();
  const delay = Promise.withResolvers<number>();
  const fail = (error: Error) => {
    first.reject(error);
    delay.reject(error);
  };
  let text = '';
  let delayMs = 0;
  const take = (event: string) => {
    if (event.startsWith('event: complete')) return delay.resolve(delayMs);
    if (!event.startsWith('event: next')) return;
    const { data, errors } = JSON.parse(event.slice(event.indexOf('{'))) as Update;
    const changedAt = data?.orderUpdated?.timeline.at(-1)?.occurredAt;
    if (!changedAt) return fail(new Error(errors?.[0]?.message ?? 'the order is not there'));
    delayMs = Date.now() - Date.parse(changedAt);
    first.resolve();
  };
  const asking = request(gateway, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${shopper.accessToken}`,
    },
  });
  asking.on('error', fail);
  asking.on('response', (response) => {
    if (response.statusCode !== 200) fail(new Error(`a stream was answered with ${response.statusCode}`));
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      events.forEach(take);
    });
  });
  // Whatever differs makes it another question, as another viewer would.
  asking.end(JSON.stringify({ query, variables: { id }, extensions: { question } }));
  return { first: first.promise, delayMs: delay.promise };
};

/** An order that waits for its customer, so that its next change comes when we want it. */
const waitingOrder = async (shopper: Shopper) => {
  await shopper.add({ variantId: (await variantOf(shopper, 'trail-lamp-200')).id });
  const { order } = succeed(await shopper.place({ paymentMethodToken: 'tok_action_required' }), 'PlaceOrderSuccess');
  for (;;) {
    const { id, paymentAction } = await shopper.order(order.id);
    if (paymentAction) return { id, paymentId: paymentAction.paymentId };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** Of the gateway's process. The least of several looks: what the collector has yet to take away is not the streams'. */
const memoryOf = async (shop: TemporaryShop): Promise<{ rss: number; heap: number }> => {
  const looks: { rss: number; heap: number }[] = [];
  for (let look = 0; look < 5; look++) {
    const text = await (await fetch(`${shop.urls.gateway}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name}\\S* (\\S+)$`, 'm').exec(text)?.[1]);
    looks.push({ rss: value('process_resident_memory_bytes'), heap: value('nodejs_heap_size_used_bytes') });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { rss: Math.min(...looks.map(({ rss }) => rss)), heap: Math.min(...looks.map(({ heap }) => heap)) };
};

const openAll = async (count: number, open: (index: number) => Stream): Promise<Stream[]> => {
  const streams: Stream[] = [];
  while (streams.length < count) {
    const some = Array.from({ length: Math.min(openedAtOnce, count - streams.length) }, (_, index) =>
      open(streams.length + index),
    );
    streams.push(...some);
    await Promise.all(some.map(({ first }) => first));
    process.stderr.write(`\r  ${streams.length} of ${count} streams open`);
  }
  process.stderr.write('\n');
  return streams;
};

const bench = async (shop: TemporaryShop, what: string, count: number, question: (index: number) => number) => {
  const shopper = await newShopper(shop.gateway);
  const { id, paymentId } = await waitingOrder(shopper);
  const before = await memoryOf(shop);
  const streams = await openAll(count, (index) => openStream(shop.gateway, shopper, id, question(index)));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const after = await memoryOf(shop);
  const input = { paymentId, code: 'approve' };
  await shopper.client.ask(ConfirmPaymentDocument, { idempotencyKey: randomUUID(), input });
  const delays = (await Promise.all(streams.map(({ delayMs }) => delayMs))).sort((a, b) => a - b);
  const perStream = (now: number, then: number) => `${((now - then) / count / 1024).toFixed(1)} KiB`;
  console.log(
    `${what.padEnd(28)} ${count} streams  per stream: rss ${perStream(after.rss, before.rss)}, heap ${perStream(after.heap, before.heap)}  ` +
      `after the last change: half ${percentile(delays, 0.5)} ms, last ${delays.at(-1)} ms`,
  );
};

const { streams } = numberOptions(help, { streams: { value: 1_000 } });
const events = isRedisInstalled() ? 'redis' : 'postgres';
// All are one customer's, which nobody's are: what they cost is the same.
const env = { ...process.env, LOG_LEVEL: 'warn', LIVE_STREAMS_PER_VIEWER: String(streams) };
process.stderr.write(`Starting a shop, events over ${events} …\n`);
const shop = await openTemporaryShop({ events, env: { ...env, RATE_LIMITS: 'off' } });
try {
  // What only the first streams cost (code, connections, plans) is not counted.
  await bench(shop, 'warm-up', Math.min(streams, 100), () => 0);
  await bench(shop, 'one question for all', streams, () => 0);
  await bench(shop, 'a question for each', streams, (index) => index);
} finally {
  await shop.stop();
}
