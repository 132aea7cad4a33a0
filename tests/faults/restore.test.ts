/** A shop is backed up while it sells, and is lost. The restored one continues from the snapshot, keeps its promises, and settles with its provider. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareEnvironment, startTestAgora } from '#kit/agora/agora.ts';
import { expectCleanAudit } from '#kit/agora/clean-audit.ts';
import { until } from '#kit/vitest/until.ts';
import { startAgora } from '#launcher/agora.ts';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { type Shopper, shopperOf } from '#launcher/shopper/shopper.ts';
import { audit } from '#ops/audit/audit.ts';
import { violatedRules } from '#ops/audit/report.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { buyersOf, ordersEnd, placeAll } from './orders-in-flight.ts';

const demoCustomer = { email: 'customer@example.com', password: 'demo-customer' };
// 200 ms: some checkout is always on its way, and the services keep up.
const betweenRoundsMs = 200;
// A round of purchases takes a second on a busy machine.
const someRoundsMs = 60_000;

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'agora-restored-'));
});
afterEach(() => rm(scratch, { recursive: true }));

/** As an operator runs it: a process of its own. Fails unless it exits with 0. */
const script = async (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
    env: { ...env, NODE_ENV: 'test' },
  });
  return stdout;
};

/** Buys, round after round, until told to stop. */
const sell = (buyers: readonly Shopper[]) => {
  const acknowledged: string[] = [];
  let isOpen = true;
  const rounds = async (): Promise<void> => {
    while (isOpen) {
      acknowledged.push(...(await placeAll(buyers, ['tok_approve'])).map(({ orderId }) => orderId));
      await pause(betweenRoundsMs);
    }
  };
  const ended = rounds();
  return {
    acknowledged,
    twoMoreRounds: () => {
      const enough = acknowledged.length + 2 * buyers.length;
      return until('two rounds of purchases', () => acknowledged.length >= enough, someRoundsMs);
    },
    stop: async () => {
      isOpen = false;
      await ended;
    },
  };
};

const statusesIn = (orderDatabase: string): Promise<Map<string, string>> =>
  withClient(orderDatabase, async (client) => {
    const { rows } = await client.query<{ id: string; status: string }>('SELECT id, status FROM customer_order');
    return new Map(rows.map(({ id, status }) => [id, status]));
  });

const ended = ['CONFIRMED', 'CANCELLED'];
const confirmed = (orders: ReadonlyMap<string, string>): string[] =>
  [...orders].filter(([, status]) => status === 'CONFIRMED').map(([id]) => id);

/** A provider loses nothing with the shop: its database is on another server. */
const providerElsewhere = async () => {
  const cluster = await temporaryCluster();
  await withClient(cluster.superuserUrl, (client) => client.query('CREATE DATABASE simulator'));
  return { env: { SIMULATOR_DATABASE_URL: otherDatabase(cluster.superuserUrl, 'simulator') }, stop: cluster.stop };
};

test('a shop backed up while it sells continues from the snapshot, and loses no order of before it', async () => {
  const folder = path.join(scratch, 'backup');
  await using afterwards = new AsyncDisposableStack();
  const provider = await providerElsewhere();
  afterwards.defer(() => provider.stop());
  const shop = await startTestAgora({ events: 'postgres', env: { RATE_LIMITS: 'off', ...provider.env } });
  let placedBefore: readonly string[];
  let confirmedBefore: readonly string[];
  let sold: number;
  const orderDatabase = shop.databaseUrls.order;
  try {
    const sale = sell([await shopperOf(shop.gateway, demoCustomer), ...(await buyersOf(shop.gateway, 2))]);
    await until(
      'an order that is confirmed',
      async () => confirmed(await statusesIn(orderDatabase)).length > 0,
      someRoundsMs,
    );
    placedBefore = [...sale.acknowledged];
    confirmedBefore = confirmed(await statusesIn(orderDatabase));
    expect(await script('ops/backup.ts', ['--to', folder], shop.environment)).toContain('snapshot taken');
    await sale.twoMoreRounds();
    await sale.stop();
    sold = sale.acknowledged.length;
  } finally {
    await shop.stop({ atOnce: true });
  }

  const dataDir = path.join(scratch, 'data');
  await script('launcher/restore.ts', ['--from', folder, '--data', dataDir], bareEnvironment());

  const env = { ...bareEnvironment(), ...provider.env };
  const restored = await startAgora({ dataDir, ports: 'free', events: 'postgres', env });
  // What was paid after the snapshot is known to the provider alone.
  const { simulator: _, ...ours } = restored.databaseUrls;
  try {
    await expectCleanAudit(ours);
    const orders = await statusesIn(restored.databaseUrls.order);
    expect(confirmed(orders)).toEqual(expect.arrayContaining([...confirmedBefore]));
    // What was in flight at the snapshot ends, on a slow machine only after a time-out of a minute.
    const underWay = async (): Promise<string[]> => {
      const statuses = await statusesIn(restored.databaseUrls.order);
      return placedBefore.filter((id) => !ended.includes(statuses.get(id) ?? 'lost'));
    };
    await until('the end of every order', async () => (await underWay()).length === 0, 2 * someRoundsMs);
    // What was sold after the snapshot is not in the backup.
    expect(orders.size).toBeLessThan(sold);

    const returned = await shopperOf(`${restored.urls.gateway}/graphql`, demoCustomer);
    await ordersEnd(await placeAll([returned], ['tok_approve']));
    await expectCleanAudit(ours);
    const violated = async () => violatedRules(await audit(restored.databaseUrls, 0));
    expect(await violated()).toEqual(['ledger-matches-provider']);

    // The provider tells of each, and what customers have paid for orders that are lost goes back to them.
    const reconcile = (...options: readonly string[]) =>
      script('ops/reconcile.ts', [...options, '--data', dataDir], bareEnvironment());
    await expect(reconcile('--list')).rejects.toMatchObject({
      ...{ code: 1, stdout: expect.stringMatching(/^FOUND {2}simulator pi_\w+ is unknown here/) },
    });
    expect(await reconcile('--release')).toMatch(/^(REPAIRED .*\n( .*\n)*)+$/);
    await expect.poll(violated, { timeout: someRoundsMs }).toEqual([]);
    expect(await reconcile('--list')).toBe('');
  } finally {
    await restored.stop();
  }
});
