import Fastify from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AccessDenials, denialLifeMs } from '#contracts/access-denials.ts';
import { newId } from '#contracts/ids.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { until } from '#kit/vitest/until.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import { denials } from '../../http/denials.ts';
import type { Deniable } from '../../usecases/session/ports.ts';
import { denialReads, denialStore } from './denial-store.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterEach(() => kit.prisma.denial.deleteMany());
afterAll(() => kit[Symbol.asyncDispose]());

const deny = (...subjects: Deniable[]) =>
  kit.prisma.$transaction((tx) => denialStore(tx, (time) => time).add(...subjects));
const aSession = () => newId('Session');
const sessions = (count: number) => Array.from({ length: count }, aSession);

const read = (since?: string, limits = { pageSize: 100, overlap: 0n }) =>
  denialReads(kit.prisma, limits).accessDenials(since);
const subjectsOf = (list: AccessDenials) => list.denials.map(({ subject }) => subject);

/** A transaction that has done `work` and waits to be told to commit. */
const uncommitted = async (work: (tx: Prisma.TransactionClient) => Promise<unknown>) => {
  const done = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const committed = kit.prisma.$transaction(async (tx) => {
    await work(tx);
    done.resolve();
    await gate.promise;
  });
  await Promise.race([done.promise, committed]);
  return async () => {
    gate.resolve();
    await committed;
  };
};

/** Until no transaction is left on this server that began before the last denial. */
const nothingOlderRuns = () =>
  until('older transactions have ended', async () => {
    const [row] = await kit.prisma.$queryRaw<{ all: boolean }[]>`
      SELECT max(transaction_id) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS all FROM denial`;
    return row?.all === true;
  });

describe('a reader', () => {
  test('gets everything first, and afterwards what is new', async () => {
    const [first, second] = sessions(2) as [Deniable, Deniable];
    await deny(first);
    const list = await read();
    expect(list).toMatchObject({ isComplete: true, denials: [{ subject: first }] });
    expect(Date.parse(list.denials[0]?.issuedBefore ?? '')).toBeLessThanOrEqual(Date.now());
    await deny(second);
    // The first may come again: what else runs on this server counts, too.
    expect(subjectsOf(await read(list.position))).toContain(second);
    await nothingOlderRuns();
    const { position } = await read();
    expect((await read(position)).denials).toEqual([]);
  });

  test('gets a denial that was committed late, with a lower position than one already read', async () => {
    const [early, late] = sessions(2) as [Deniable, Deniable];
    const commit = await uncommitted((tx) => denialStore(tx, (time) => time).add(early));
    await deny(late);
    const list = await read();
    expect(subjectsOf(list)).toEqual([late]);
    await commit();
    const rows = await kit.prisma.denial.findMany({ orderBy: { position: 'asc' } });
    expect(rows.map(({ subject }) => subject)).toEqual([early, late]);
    expect(subjectsOf(await read(list.position))).toContain(early);
  });

  test('gets one whose transaction had begun, and written nothing, when it read', async () => {
    const subject = aSession();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const committed = kit.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1`;
      begun.resolve();
      await gate.promise;
      await denialStore(tx, (time) => time).add(subject);
    });
    await begun.promise;
    const { position } = await read();
    gate.resolve();
    await committed;
    expect(subjectsOf(await read(position))).toContain(subject);
  });

  test.each([
    ['of the future, as after a restore', '999999999999999999.0'],
    ['that is none', 'DROP TABLE'],
    ['that is empty', ''],
  ])('gets everything for a position %s', async (_, position) => {
    const subject = aSession();
    await deny(subject);
    expect(subjectsOf(await read(position))).toEqual([subject]);
  });

  test('is given the last transactions again: a standby that took over may have lost them', async () => {
    const subject = aSession();
    await deny(subject);
    const list = await read(undefined, { pageSize: 100, overlap: 1_000n });
    expect(subjectsOf(await read(list.position))).toContain(subject);
  });

  test('gets a long list in pages, also what one transaction wrote', async () => {
    const all = sessions(25);
    await deny(...all.slice(0, 20));
    for (const subject of all.slice(20)) await deny(subject);
    await nothingOlderRuns();
    const found: string[] = [];
    let position: string | undefined;
    for (let page = 1; ; page++) {
      const list = await read(position, { pageSize: 10, overlap: 0n });
      found.push(...subjectsOf(list));
      position = list.position;
      if (list.isComplete) break;
      expect(page).toBeLessThan(5);
    }
    expect(found.toSorted()).toEqual(all.toSorted());
  });

  test('gets what was committed between its pages, before where it has got to', async () => {
    const [early, ...others] = sessions(22) as [Deniable, ...Deniable[]];
    const commit = await uncommitted((tx) => denialStore(tx, (time) => time).add(early));
    for (const subject of others) await deny(subject);
    const limits = { pageSize: 10, overlap: 0n };
    const first = await read(undefined, limits);
    await commit();
    const second = await read(first.position, limits);
    const third = await read(second.position, limits);
    expect([first, second, third].map(({ isComplete }) => isComplete)).toEqual([false, false, true]);
    const found = [first, second, third].flatMap(subjectsOf);
    expect(found.toSorted()).toEqual(others.toSorted());
    expect(subjectsOf(await read(third.position, limits))).toContain(early);
  });
});

describe('a denial of a user', () => {
  test('is dated after everybody who was issuing a token to them had done so', async () => {
    const { id } = await kit.customer();
    const issued = await uncommitted((tx) => tx.$queryRaw`SELECT 1 FROM user_account WHERE id = ${id} FOR SHARE`);
    const denied = deny(id);
    let isDenied = false;
    void denied.then(() => {
      isDenied = true;
    });
    // As long as a denial takes that waits for nobody.
    await deny(aSession());
    const [{ now } = { now: new Date() }] = await kit.prisma.$queryRaw<
      { now: Date }[]
    >`SELECT clock_timestamp() AS now`;
    expect(isDenied).toBe(false);
    await issued();
    await denied;
    const { issuedBefore } = await kit.prisma.denial.findFirstOrThrow({ where: { subject: id } });
    expect(issuedBefore.getTime()).toBeGreaterThanOrEqual(now.getTime());
  });

  test('disturbs nobody who only refers to the user', async () => {
    const { id } = await kit.customer();
    const commit = await uncommitted((tx) => denialStore(tx, (time) => time).add(id));
    await kit.prisma.notificationOptOut.create({ data: { userId: id, kind: 'WELCOME', channel: 'EMAIL' } });
    await commit();
  });
});

test('denials are deleted once every token that they deny has expired', async () => {
  const [old, young] = sessions(2) as [Deniable, Deniable];
  const denyAt = (at: Date, subject: Deniable) =>
    kit.prisma.$transaction((tx) => denialStore(tx, () => at).add(subject));
  const now = new Date();
  await denyAt(new Date(now.getTime() - denialLifeMs), old);
  await denyAt(new Date(now.getTime() - denialLifeMs + 1), young);
  expect(await kit.prisma.$transaction((tx) => denialStore(tx, () => now).dropExpired(10))).toBe(1);
  expect(subjectsOf(await read())).toEqual([young]);
});

test('GET /denials is what gateways expect', async () => {
  const [first, second] = sessions(2) as [Deniable, Deniable];
  await deny(first);
  const http = Fastify();
  denials(denialReads(kit.prisma, { pageSize: 100, overlap: 0n }))(http);
  const answer = await http.inject('/denials');
  expect(answer.headers['cache-control']).toBe('no-store');
  const list = AccessDenials.parse(answer.json());
  expect(subjectsOf(list)).toEqual([first]);
  await deny(second);
  const next = await http.inject(`/denials?since=${encodeURIComponent(list.position)}`);
  expect(subjectsOf(AccessDenials.parse(next.json()))).toContain(second);
  // Repeated parameters are nobody's, and must not be a way to miss denials.
  const odd = await http.inject('/denials?since=1.0&since=2.0');
  expect(subjectsOf(AccessDenials.parse(odd.json()))).toEqual([first, second]);
});
