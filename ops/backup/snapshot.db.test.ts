import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { until } from '#kit/vitest/until.ts';
import pg from '#platform/database/pg.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { databaseNames } from '../services.ts';
import { disposeDatabases, migratedDatabases, processed, run, sent } from '../shop-databases.fixture.ts';
import { inEach, queriesOf, withConnections } from './connections.ts';
import { orphanEffects, snapshotLimits, takeSnapshot } from './snapshot.ts';

const hasty = { ...snapshotLimits, lockTimeoutMs: 200, attempts: 2, backOffMs: 20 };
let urls: DatabaseUrls;
let clients: pg.Client[];

beforeAll(async () => {
  urls = await migratedDatabases();
});
afterAll(disposeDatabases);

beforeEach(() => {
  clients = [];
});
afterEach(() => Promise.all(clients.map((client) => client.end())));

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  clients.push(client);
  await client.connect();
  return client;
};

/** A service that is processing a message. */
const processing = async (url: string, id: string = newId('Message')): Promise<pg.Client> => {
  const client = await connect(url);
  await client.query(`BEGIN; ${processed(id)}`);
  return client;
};

const lockedInbox = async (url: string): Promise<boolean> => {
  const locks = `SELECT FROM pg_locks WHERE relation = 'inbox_message'::regclass AND mode = 'ShareLock' AND granted`;
  return (await run(url, locks)).length > 0;
};

const inboxLocks = async (): Promise<boolean> =>
  (await Promise.all(databaseNames.map((name) => lockedInbox(urls[name])))).includes(true);

const untilLocked = (url: string): Promise<void> => until('the lock', () => lockedInbox(url));
const untilUnlocked = (url: string): Promise<void> => until('no lock', async () => !(await lockedInbox(url)));

describe('a consistent snapshot', () => {
  it('waits for a message that is being processed, and includes it', async () => {
    const receiver = await processing(urls.user, 'msg_under_way');
    const inbox = withConnections(urls, undefined, async (connections) => {
      await takeSnapshot(connections);
      return (await connections.user.query(`SELECT id FROM inbox_message WHERE id = 'msg_under_way'`)).rows;
    });
    await untilLocked(urls.order);
    await receiver.query('COMMIT');
    expect(await inbox).toEqual([{ id: 'msg_under_way' }]);
  });

  it('includes the cause of the last effect, even if it was sent after the inbox of its sender was locked', async () => {
    const receiver = await processing(urls.payment);
    const causes = withConnections(urls, undefined, async (connections) => {
      await takeSnapshot(connections);
      const inbox = await connections.payment.query(`SELECT id FROM inbox_message WHERE id = 'msg_at_the_last_moment'`);
      const outbox = await connections.order.query(`SELECT id FROM outbox_message WHERE id = 'msg_at_the_last_moment'`);
      return { effects: inbox.rows.length, causes: outbox.rows.length };
    });
    await untilLocked(urls.order);
    await run(urls.order, sent('msg_at_the_last_moment'));
    await receiver.query(`${processed('msg_at_the_last_moment')}; COMMIT`);
    expect(await causes).toEqual({ effects: 1, causes: 1 });
  });

  it('excludes what is processed or sent after it, and does not block either', async () => {
    const counts = await withConnections(urls, undefined, async (connections) => {
      await takeSnapshot(connections);
      await inEach(connections, (_, name) => run(urls[name], `${sent('msg_after')}; ${processed('msg_after')}`));
      const count = `SELECT count(*) FROM (SELECT id FROM inbox_message UNION ALL SELECT id FROM outbox_message) message
                      WHERE id = 'msg_after'`;
      return inEach(connections, async (client) => (await client.query(count)).rows[0].count);
    });
    expect(Object.values(counts)).toEqual(['0', '0', '0', '0']);
  });

  it('lets orders be placed while it locks the inboxes: only the processing of messages waits', async () => {
    const receiver = await processing(urls.user);
    const snapshot = withConnections(urls, undefined, (connections) => takeSnapshot(connections));
    await untilLocked(urls.order);

    // What placeOrder writes, fast enough that a customer would not notice.
    const order = await connect(urls.order);
    await order.query(`SET lock_timeout = 100`);
    await order.query(`
      BEGIN;
      INSERT INTO cart (id, created_at, updated_at) VALUES ('crt_1', now(), now());
      INSERT INTO idempotency_key (actor, operation, key, fingerprint) VALUES ('usr_1', 'placeOrder', 'k', 'f');
      ${sent('msg_placed')};
      COMMIT`);
    await expect(order.query(processed('msg_reply'))).rejects.toThrow('lock timeout');

    await receiver.query('ROLLBACK');
    await snapshot;
    await order.query(processed('msg_reply'));
  });

  it('gives up in time when a transaction hangs, names the service, and leaves no lock', async () => {
    // It hangs until the end of this test: the refusal does not wait for it.
    const hanging = await processing(urls.payment);
    const refused = await withConnections(urls, undefined, async (connections) => {
      const error = await takeSnapshot(connections, hasty).catch((reason: Error) => reason);
      // The connections are still open; the transactions have ended.
      expect(await inboxLocks()).toBe(false);
      return error;
    });
    expect(refused).toMatchObject({ message: expect.stringMatching(/^the inbox of payment could not be locked/) });
    await run(urls.user, processed('msg_next'));
    await hanging.query('ROLLBACK');
  });

  it('retries, and succeeds once the transaction has ended', async () => {
    const receiver = await processing(urls.payment);
    const snapshot = withConnections(urls, undefined, (connections) =>
      takeSnapshot(connections, { ...hasty, attempts: 50 }),
    );
    await untilLocked(urls.order);
    await untilUnlocked(urls.order);
    await receiver.query('ROLLBACK');
    expect((await snapshot).attempts).toBeGreaterThan(1);
  });

  it('fails when the server took a lock away before all databases were read', async () => {
    const receiver = await processing(urls.payment);
    const limits = { ...snapshotLimits, lockTimeoutMs: 20_000, idleTimeoutMs: 1_000 };
    const snapshot = withConnections(urls, undefined, (connections) => takeSnapshot(connections, limits));
    const refusal = expect(snapshot).rejects.toThrow(
      /the connection to the database of \w+ broke: .*idle-in-transaction/,
    );
    await untilLocked(urls.order);
    await untilUnlocked(urls.order);
    await receiver.query('ROLLBACK');
    await refusal;
  });

  it('leaves no lock when it is interrupted while waiting', async () => {
    const hanging = await processing(urls.payment);
    const interruption = new AbortController();
    const snapshot = withConnections(urls, interruption.signal, (connections) =>
      takeSnapshot(connections, snapshotLimits, interruption.signal),
    );
    await untilLocked(urls.order);
    interruption.abort(new Error('interrupted'));
    await expect(snapshot).rejects.toThrow('interrupted');
    await until('no lock', async () => !(await inboxLocks()));
    await hanging.query('ROLLBACK');
  });
});

it('no snapshot of a busy shop has an orphan effect', async () => {
  await Promise.all(databaseNames.map((name) => run(urls[name], 'DELETE FROM inbox_message')));
  let isOpen = true;
  const talk = async (number: number): Promise<void> => {
    const sender = await connect(urls[number % 2 ? 'order' : 'payment']);
    const receiver = await connect(urls[number % 2 ? 'payment' : 'order']);
    for (let count = 0; isOpen; count++) {
      const id = `msg_${number}_${count}`;
      await sender.query(sent(id, 'not.known'));
      await receiver.query(processed(id, 'not.known'));
    }
  };
  const talks = Promise.all(Array.from({ length: 4 }, (_, number) => talk(number)));
  const sizes: number[] = [];
  try {
    for (let count = 0; count < 10; count++) {
      await withConnections(urls, undefined, async (connections) => {
        await takeSnapshot(connections);
        expect(await orphanEffects(queriesOf(connections))).toEqual([]);
        sizes.push(Number((await connections.order.query('SELECT count(*) FROM inbox_message')).rows[0].count));
      });
    }
  } finally {
    isOpen = false;
    await talks;
  }
  expect(sizes.at(-1)).toBeGreaterThan(sizes[0] ?? 0);
});
