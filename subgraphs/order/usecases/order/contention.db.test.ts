import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomerId } from '#contracts/ids.ts';
import { customer, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';
import pg from '#platform/database/pg.ts';
import { concurrencyBounds, concurrencyLimit } from '#platform/resilience/concurrency-limit.ts';
import { retryableError } from '#platform/resilience/retryable-error.ts';
import { connect, createApp } from '../../wiring.ts';

let kit: OrderTestApp;
const offers = ['lamp', 'tent', 'mug'];

beforeAll(async () => {
  kit = await orderTestApp();
  for (const name of offers) await kit.offer({ name });
});
afterAll(() => kit[Symbol.asyncDispose]());

/** How it ended, as a client sees it. */
const outcomeOf = (answer: Promise<{ ok: boolean }>): Promise<string> =>
  answer.then(
    ({ ok }) => (ok ? 'done' : 'refused'),
    (error: unknown) => retryableError(error)?.code ?? 'INTERNAL_SERVER_ERROR',
  );

const locking = async (sql: string, value: string) => {
  const client = new pg.Client(kit.databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query(sql, [value]);
  return { release: () => client.end() };
};

/** The app as it is in production, but for how long one waits. */
const waitingFor = (lockTimeoutMs: number, waitMs: number) => {
  const prisma = connect(kit.databaseUrl, 10, { lockTimeoutMs });
  const app = createApp(prisma, { ...kit.parts, limitConcurrency: concurrencyLimit({ ...concurrencyBounds, waitMs }) });
  return { ...app.commands, [Symbol.asyncDispose]: () => prisma.$disconnect() };
};

const lamp = (customerId: CustomerId) => ({
  customerId,
  variantId: variantOf('lamp'),
  quantity: 1,
  idempotencyKey: undefined,
});

const fifty = (make: () => Promise<{ ok: boolean }>): Promise<string[]> =>
  Promise.all(Array.from({ length: 50 }, () => outcomeOf(make())));
const allAre = (answer: string) => Array(50).fill(answer);

describe('requests about one thing, however many and however long they wait', () => {
  const patience = [60_000, 60_000] as const;

  it('are all counted: 150 additions to one cart at once', async () => {
    await using app = waitingFor(...patience);
    const { id: customerId } = customer('a script');
    const answers = Array.from({ length: 150 }, (_, n) =>
      outcomeOf(app.addToCart({ ...lamp(customerId), variantId: variantOf(offers[n % 3] ?? '') })),
    );
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
    const lines = await kit.prisma.cartLine.findMany({ where: { cart: { customerId } } });
    expect(lines.map(({ quantity }) => quantity)).toEqual([50, 50, 50]);
  });

  it('leave the database to others: fifty wait for a cart that is locked', async () => {
    await using app = waitingFor(...patience);
    const [hasty, calm] = [customer('hasty').id, customer('calm').id];
    await kit.add('lamp', 1, hasty);
    const held = await locking('SELECT 1 FROM cart WHERE customer_id = $1 FOR UPDATE', hasty);
    const waiting = fifty(() => app.addToCart(lamp(hasty)));
    expect(await outcomeOf(app.addToCart(lamp(calm)))).toBe('done');
    await held.release();
    expect(await waiting).toEqual(allAre('done'));
  });

  it('leave the database to others: fifty wait for an order that is locked', async () => {
    await using app = waitingFor(...patience);
    const [hasty, calm] = [customer('hasty'), customer('calm')];
    const [orderId, other] = [await kit.placed(hasty.id), await kit.placed(calm.id)];
    const held = await locking('SELECT 1 FROM customer_order WHERE id = $1 FOR UPDATE', orderId);
    const cancel = (viewer: typeof hasty, id: typeof orderId) => () =>
      app.cancelOrder({ viewer, orderId: id, idempotencyKey: 'the same key' });
    const waiting = fifty(cancel(hasty, orderId));
    expect(await outcomeOf(cancel(calm, other)())).toBe('done');
    await held.release();
    expect(await waiting).toEqual(allAre('done'));
  });
});

it('asks requests that wait too long, for the lock or for their turn, to try again', async () => {
  await using app = waitingFor(200, 300);
  const { id } = customer('unlucky');
  await kit.add('lamp', 1, id);
  const held = await locking('SELECT 1 FROM cart WHERE customer_id = $1 FOR UPDATE', id);
  expect(await fifty(() => app.addToCart(lamp(id)))).toEqual(allAre('RESOURCE_BUSY'));
  await held.release();
  expect(await outcomeOf(app.addToCart(lamp(id)))).toBe('done');
});
