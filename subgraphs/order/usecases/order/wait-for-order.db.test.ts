import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OrderId } from '#contracts/ids.ts';
import { customer, type OrderTestApp, orderTestApp } from '#kit/order/app.ts';
import { until } from '#kit/vitest/until.ts';

let kit: OrderTestApp;
let id: OrderId;
let unchanged: OrderId;

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  id = await kit.placed();
  unchanged = await kit.placed();
});

const listeners = () =>
  kit.prisma.$queryRaw<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'agora-listener'`;
const isHeard = () => until('somebody listens', async () => (await listeners()).length === 1);
const reject = async () => kit.reply(await kit.replyTo(id, 'stock.rejected'));
const wait = async (waitMs: number) => (await kit.app.waitForOrder(customer(), id, waitMs))?.status;
/** Whether this wait ends before one of `waitMs`, begun now, for an order that nobody changes. */
const endsBefore = async (waitMs: number, waiting: Promise<unknown>): Promise<boolean> => {
  const other = kit.app.waitForOrder(customer(), unchanged, waitMs);
  const isFirst = await Promise.race([waiting.then(() => true), other.then(() => false)]);
  await other;
  return isFirst;
};

describe('waiting for an order', () => {
  it('ends on the notification of the change, long before it would look by itself', async () => {
    await wait(1);
    await isHeard();
    const before = kit.statements.length;
    const waiting = wait(5_000);
    await until('the first look', () => kit.statements.length > before);
    const isPrompt = endsBefore(1_500, waiting);
    await reject();
    expect(await waiting).toBe('REJECTED');
    expect(await isPrompt).toBe(true);
  });

  it('ends at once for an order that rests, and for one that is not there', async () => {
    await reject();
    const waiting = wait(5_000);
    expect(await endsBefore(2_000, waiting)).toBe(true);
    expect(await waiting).toBe('REJECTED');
    expect(await kit.app.waitForOrder(customer('eve'), id, 5_000)).toBeUndefined();
  });

  it('ends after its time when nothing happens', async () => {
    const waiting = wait(300);
    expect(await endsBefore(50, waiting)).toBe(false);
    expect(await waiting).toBe('PLACED');
  });

  it('polls while the connection that listens is lost, and listens again later', async () => {
    await wait(1);
    await isHeard();
    const [lost] = await listeners();
    const waiting = wait(5_000);
    const isPrompt = endsBefore(2_500, waiting);
    await kit.prisma.$queryRaw`SELECT pg_terminate_backend(${lost?.pid}::int)`;
    await reject();
    expect(await waiting).toBe('REJECTED');
    expect(await isPrompt).toBe(true);
    await isHeard();
    expect((await listeners())[0]?.pid).not.toBe(lost?.pid);
    expect(kit.outages()).toBe(1);
  });
});
