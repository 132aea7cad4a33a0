import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { emptyDatabase, type TestDatabase } from '#kit/postgres/postgres.ts';
import { until } from '#kit/vitest/until.ts';
import pg from '../../database/pg.ts';
import { availabilityLog } from '../../observability/availability-log.ts';
import { type WaitingPool, waitingPool } from './postgres.ts';

let database: TestDatabase;
let link: BreakableLink;
let recorded: RecordedLog;
let usable: boolean;
let pool: WaitingPool;

beforeEach(async () => {
  database = await emptyDatabase();
  link = await breakableLink(database.url);
  recorded = recordedLog();
  usable = true;
  const state = availabilityLog(recorded.log, 'the database');
  pool = waitingPool(new pg.Pool({ connectionString: link.url, max: 2 }), state, async () => usable);
});
afterEach(async () => {
  await pool.end();
  await link.close();
  await database.dispose();
});

const one = async () => (await pool.query('SELECT 1 AS one')).rows;

it('makes a query wait for the database', async () => {
  await link.cut();
  const answer = one();
  await until('the absence to be noticed', () => recorded.saying('is away').length === 1);
  await link.restore();
  expect(await answer).toEqual([{ one: 1 }]);
  expect(recorded.lines.at(-1)?.msg).toBe('the database is back');
});

it('makes a query wait until the database is fit to be used', async () => {
  usable = false;
  const answer = one();
  await until('the state to be noticed', () => recorded.saying('is away').length === 1);
  usable = true;
  expect(await answer).toEqual([{ one: 1 }]);
});

it("reports BullMQ's own errors at once, and a faulty statement later: a loop over it must not spin", async () => {
  const jobNotActive = "DO $$ BEGIN RAISE EXCEPTION 'job is not active' USING ERRCODE = 'BM001'; END $$";
  await Promise.all([one(), one()]);
  const errors: string[] = [];
  const note = ({ message }: Error) => errors.push(message);
  await Promise.all([pool.query('SELECT nonsense').catch(note), pool.query(jobNotActive).catch(note)]);
  expect(errors).toEqual(['job is not active', expect.stringContaining('nonsense')]);
});

it('replaces a connection that broke while it was lent out', async () => {
  const broken = await pool.connect();
  await link.cut();
  await link.restore();
  await expect(broken.query('SELECT 1')).rejects.toThrow();
  broken.release(true);
  expect(await one()).toEqual([{ one: 1 }]);
});

it('lets those who wait go when it ends', async () => {
  await link.cut();
  const waiting = one();
  await until('the absence to be noticed', () => recorded.saying('is away').length === 1);
  await pool.end();
  await expect(waiting).rejects.toThrow();
});
