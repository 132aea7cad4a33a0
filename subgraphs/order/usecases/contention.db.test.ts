import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId, type UserId } from '../../../contracts/ids.ts';
import { notNow } from '../../../platform/not-now.ts';
import { turnBounds, turns } from '../../../platform/turns.ts';
import { customer, type OrderTestApp, orderTestApp, variantOf } from '../../../tests/kit/order-app.ts';
import { connect, createApp } from '../wiring.ts';

let kit: OrderTestApp;
const offers = ['lamp', 'tent', 'mug'];

beforeAll(async () => {
  kit = await orderTestApp();
  for (const name of offers) await kit.offer({ name });
});
afterAll(() => kit[Symbol.asyncDispose]());

/** What a client would be told of it. */
const told = (answer: Promise<{ ok: boolean }>): Promise<string> =>
  answer.then(
    ({ ok }) => (ok ? 'done' : 'refused'),
    (error: unknown) => notNow(error)?.code ?? 'INTERNAL_SERVER_ERROR',
  );

const locking = async (sql: string, value: string) => {
  const client = new pg.Client(kit.databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query(sql, [value]);
  return { [Symbol.asyncDispose]: () => client.end() };
};

/** Those who wait for what is locked, and how many of them have been told something. */
const fifty = (make: () => Promise<{ ok: boolean }>) => {
  let answered = 0;
  const answers = Array.from({ length: 50 }, () => told(make()).finally(() => answered++));
  return { answers: Promise.all(answers), answered: () => answered };
};

/** The app as it is in production, but for how long one waits. */
const waitingFor = (lockTimeoutMs: number, waitMs: number) => {
  const prisma = connect(kit.databaseUrl, 10, { lockTimeoutMs });
  const app = createApp(prisma, kit.parts, turns({ ...turnBounds, waitMs }));
  return { ...app.commands, [Symbol.asyncDispose]: () => prisma.$disconnect() };
};

const lamp = (customerId: UserId) => ({
  customerId,
  variantId: variantOf('lamp'),
  quantity: 1,
  idempotencyKey: undefined,
});

it('counts 150 additions to one cart at once', async () => {
  await using app = waitingFor(60_000, 60_000);
  const { id: customerId } = customer('a script');
  const answers = Array.from({ length: 150 }, (_, n) =>
    told(app.addToCart({ ...lamp(customerId), variantId: variantOf(offers[n % 3] ?? '') })),
  );
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
  const lines = await kit.prisma.cartLine.findMany({ where: { cart: { customerId } } });
  expect(lines.map(({ quantity }) => quantity)).toEqual([50, 50, 50]);
});

it('serves others while fifty requests wait for a cart that is locked, and tells those to come again', async () => {
  await using app = waitingFor(1_000, 1_500);
  const [hasty, calm] = [customer('hasty').id, customer('calm').id];
  await kit.add('lamp', 1, hasty);
  await using _ = await locking('SELECT 1 FROM cart WHERE customer_id = $1 FOR UPDATE', hasty);
  const waiting = fifty(() => app.addToCart(lamp(hasty)));
  expect([await told(app.addToCart(lamp(calm))), waiting.answered()]).toEqual(['done', 0]);
  expect(new Set(await waiting.answers)).toEqual(new Set(['RESOURCE_BUSY']));
});

it('serves others while fifty requests wait for an order that is locked', async () => {
  await using app = waitingFor(1_000, 1_500);
  const hasty = customer('hasty');
  const [orderId, other] = [await kit.placed(hasty.id), await kit.placed(customer('calm').id)];
  await using _ = await locking('SELECT 1 FROM customer_order WHERE id = $1 FOR UPDATE', orderId);
  const cancel = (viewer: typeof hasty, id: typeof orderId) =>
    app.cancelOrder({ viewer, orderId: id, idempotencyKey: newId('Message') });
  const waiting = fifty(() => cancel(hasty, orderId));
  expect([await told(cancel(customer('calm'), other)), waiting.answered()]).toEqual(['done', 0]);
  expect(new Set(await waiting.answers)).toEqual(new Set(['RESOURCE_BUSY']));
});
