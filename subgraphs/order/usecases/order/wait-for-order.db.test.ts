import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OrderId } from '#contracts/ids.ts';
import { customer, type OrderTestApp, orderTestApp } from '#kit/order/app.ts';
import { until } from '#kit/vitest/until.ts';

let kit: OrderTestApp;
let id: OrderId;

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  id = await kit.placed();
});

const listeners = () =>
  kit.prisma.$queryRaw<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'agora-listener'`;
const isHeard = () => until('somebody listens', async () => (await listeners()).length === 1);
const reject = async () => kit.reply(await kit.replyTo(id, 'stock.rejected'));
const wait = async (waitMs: number) => {
  const started = performance.now();
  const order = await kit.app.waitForOrder(customer(), id, waitMs);
  return { status: order?.status, tookMs: performance.now() - started };
};

describe('waiting for an order', () => {
  it('ends when the database tells of the change, long before it would look by itself', async () => {
    await wait(1);
    await isHeard();
    const before = kit.statements.length;
    const waiting = wait(5_000);
    await until('the first look', () => kit.statements.length > before);
    await reject();
    const { status, tookMs } = await waiting;
    expect(status).toBe('REJECTED');
    expect(tookMs).toBeLessThan(1_500);
  });

  it('ends at once for an order that rests, and for one that is not there', async () => {
    await reject();
    const { status, tookMs } = await wait(5_000);
    expect(status).toBe('REJECTED');
    expect(tookMs).toBeLessThan(4_000);
    expect(await kit.app.waitForOrder(customer('eve'), id, 5_000)).toBeUndefined();
  });

  it('ends in time when nothing happens', async () => {
    const { status, tookMs } = await wait(300);
    expect(status).toBe('PLACED');
    expect(tookMs).toBeGreaterThan(295);
    expect(tookMs).toBeLessThan(1_500);
  });

  it('polls while the connection that listens is lost, and listens again later', async () => {
    await wait(1);
    await isHeard();
    const [lost] = await listeners();
    const waiting = wait(5_000);
    await kit.prisma.$queryRaw`SELECT pg_terminate_backend(${lost?.pid}::int)`;
    await reject();
    const { status, tookMs } = await waiting;
    expect(status).toBe('REJECTED');
    expect(tookMs).toBeLessThan(2_500);
    await isHeard();
    expect((await listeners())[0]?.pid).not.toBe(lost?.pid);
    expect(kit.outages()).toBe(1);
  });
});
