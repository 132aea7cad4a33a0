import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { type PlatformDatabase, platformDatabase } from '#kit/postgres/platform-tables.ts';
import { recordReceived } from '../database/unit-of-work.ts';
import { runInContext } from '../observability/context.ts';
import { outbox } from './outbox.ts';

let database: PlatformDatabase;

beforeEach(async () => {
  database = await platformDatabase();
});
afterEach(() => database.dispose());

const about = (id: string, data: unknown = {}) => ({
  type: 'thing.happened',
  version: 1,
  aggregate: { type: 'Thing', id },
  data,
});
const rows = async () => (await database.pool.query('SELECT * FROM outbox_message ORDER BY position')).rows;

describe('the outbox', () => {
  it('writes the message, and what boundary and context add', async () => {
    const id = namedId('Message', 'one');
    await runInContext(
      { correlationId: 'the-request', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      () =>
        database.transaction((tx) =>
          outbox(tx, () => id).add(about('one', { text: `it's "ü" \\ 𝄞`, list: [1, null] })),
        ),
    );
    expect(await rows()).toEqual([
      {
        position: '1',
        id,
        type: 'thing.happened',
        version: 1,
        aggregate_type: 'Thing',
        aggregate_id: 'one',
        sequence: 1,
        occurred_at: expect.any(Date),
        correlation_id: 'the-request',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        data: { text: `it's "ü" \\ 𝄞`, list: [1, null] },
        published_at: null,
        leased_until: null,
      },
    ]);
  });

  it('counts the messages of each aggregate from 1, in the order of writing, over several calls', async () => {
    await database.transaction(async (tx) => {
      const box = outbox(tx);
      await box.add(about('a'), about('b'), about('a'));
      await box.add(about('a'));
    });
    await database.transaction((tx) => outbox(tx).add(about('b'), about('a')));
    const written = (await rows()).map(({ aggregate_id, sequence }) => `${aggregate_id}${sequence}`);
    expect(written).toEqual(['a1', 'b1', 'a2', 'a3', 'b2', 'a4']);
  });

  it('gives the messages of one call the same correlation, also outside a request', async () => {
    await database.transaction((tx) => outbox(tx).add(about('a'), about('b')));
    const [first, second] = await rows();
    expect(first.correlation_id).toBe(second.correlation_id);
    expect(first.correlation_id).not.toBe('');
  });

  it('writes nothing for no messages', async () => {
    await database.transaction((tx) => outbox(tx).add());
    expect(await rows()).toEqual([]);
  });

  it('refuses one of two writers who did not lock the aggregate', async () => {
    const writers = [1, 2].map(() => database.transaction((tx) => outbox(tx).add(about('contended'))));
    const outcomes = (await Promise.allSettled(writers)).map(({ status }) => status);
    expect(await rows()).toHaveLength(outcomes.filter((status) => status === 'fulfilled').length);
    expect(new Set((await rows()).map(({ sequence }) => sequence)).size).toBe((await rows()).length);
  });
});

describe('the inbox', () => {
  const message = { id: namedId('Message', 'one'), type: 'thing.happened' };

  it('takes a message in once', async () => {
    expect(await database.transaction((tx) => recordReceived(tx, message))).toBeInstanceOf(Date);
    expect(await database.transaction((tx) => recordReceived(tx, message))).toBeUndefined();
  });

  it('forgets a message whose effect failed, so that it can be tried again', async () => {
    const failing = database.transaction(async (tx) => {
      await recordReceived(tx, message);
      throw new Error('no effect');
    });
    await expect(failing).rejects.toThrow('no effect');
    expect(await database.transaction((tx) => recordReceived(tx, message))).toBeInstanceOf(Date);
  });

  it('lets the second of two copies wait for the first, and take over when the first fails', async () => {
    let fail: () => void = () => undefined;
    const first = database.transaction(async (tx) => {
      await recordReceived(tx, message);
      await new Promise<void>((_, reject) => {
        fail = () => reject(new Error('no effect'));
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = database.transaction((tx) => recordReceived(tx, message));
    await new Promise((resolve) => setTimeout(resolve, 50));
    fail();
    await expect(first).rejects.toThrow('no effect');
    expect(await second).toBeInstanceOf(Date);
  });
});
