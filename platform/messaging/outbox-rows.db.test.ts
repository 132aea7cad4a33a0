import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relayFixture } from '#kit/messaging/relay-fixture.ts';
import pg from '../database/pg.ts';
import { claim, markPublished, type OutboxRow, releaseLease } from './outbox.ts';

const on = relayFixture();
let one: pg.Client;
let two: pg.Client;

beforeEach(async () => {
  one = new pg.Client({ connectionString: on.database.url });
  two = new pg.Client({ connectionString: on.database.url });
  await Promise.all([one.connect(), two.connect()]);
});
afterEach(() => Promise.all([one.end(), two.end()]));

const texts = (rows: readonly OutboxRow[]) => rows.map(({ data }) => (data as { text: string }).text);
const leaseMs = 5_000;

describe('a claim', () => {
  it('takes the oldest rows, and locks them for others', async () => {
    await on.write(['first'], { thing: 'a' });
    await on.write(['second'], { thing: 'b' });
    await on.write(['third'], { thing: 'c' });
    expect(texts(await claim(one, 2, leaseMs))).toEqual(['first', 'second']);
    expect(texts(await claim(two, 2, leaseMs))).toEqual(['third']);
    expect(await claim(one, 2, leaseMs)).toEqual([]);
  });

  it('passes over an aggregate of which another holds an earlier row', async () => {
    await on.write(['a1', 'a2'], { thing: 'a' });
    await on.write(['b1'], { thing: 'b' });
    const held = await claim(one, 1, leaseMs);
    expect(texts(held)).toEqual(['a1']);
    expect(texts(await claim(two, 10, leaseMs))).toEqual(['b1']);
    await markPublished(one, held);
    expect(texts(await claim(two, 10, leaseMs))).toEqual(['a2']);
  });

  it('waits for a claim that is under way, so that it sees what that one took', async () => {
    await on.write(['a1', 'a2'], { thing: 'a' });
    await one.query('BEGIN');
    expect(texts(await claim(one, 1, leaseMs))).toEqual(['a1']);
    const second = claim(two, 10, leaseMs);
    await pause(100);
    await one.query('COMMIT');
    expect(texts(await second)).toEqual([]);
  });

  it('takes rows whose lease is over, and rows that were given back', async () => {
    await on.write(['only']);
    await claim(one, 1, 100);
    expect(await claim(two, 1, leaseMs)).toEqual([]);
    await pause(150);
    const taken = await claim(two, 1, leaseMs);
    expect(texts(taken)).toEqual(['only']);
    await releaseLease(two, taken, 0);
    expect(texts(await claim(one, 1, leaseMs))).toEqual(['only']);
  });

  it('reads no more rows than it needs of a backlog that the statistics of the database do not know of yet', async () => {
    const fill = (from: number, to: number, published: boolean) =>
      on.database.pool.query(
        `INSERT INTO outbox_message (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at,
                                     correlation_id, data, published_at)
         SELECT 'msg_' || n, 'thing.happened', 1, 'Thing', 'thing-' || n / 10, n % 10 + 1, now(), 'c', '{"text": ""}',
                CASE WHEN $3 THEN now() END
           FROM generate_series($1::int, $2::int) AS n`,
        [from, to, published],
      );
    await fill(0, 49_999, true);
    await on.database.pool.query('VACUUM ANALYZE outbox_message');
    await fill(50_000, 99_999, false);
    const rowsRead = async () => {
      await one.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await one.query(
        "SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables WHERE relname = 'outbox_message'",
      );
      return Number(rows[0].read);
    };
    const before = await rowsRead();
    expect(await claim(one, 100, leaseMs)).toHaveLength(100);
    expect(await claim(one, 100, leaseMs)).toHaveLength(100);
    expect((await rowsRead()) - before).toBeLessThan(5_000);
  });
});
