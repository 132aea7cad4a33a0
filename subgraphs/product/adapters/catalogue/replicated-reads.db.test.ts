import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { aCatalogue, aProduct } from '#kit/product/builders.ts';
import { somebody } from '#kit/user/viewers.ts';
import { until } from '#kit/vitest/until.ts';
import { databaseAccount, giveTo } from '#launcher/postgres/account.ts';
import { type Cluster, openCluster } from '#launcher/postgres/cluster.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { throwawaySettings } from '#launcher/postgres/settings.ts';
import type { SubgraphName } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import { createMetrics, type Registry } from '#platform/observability/metrics.ts';
import type { Subgraph } from '#platform/process/subgraph.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import { productVariables } from '../../config.ts';
import type { GraphqlContext } from '../../graphql/loaders.ts';
import { connect, createApp, wire } from '../../wiring.ts';

/** A PostgreSQL server and one that follows it, as an operator sets them up: streaming replication. */
interface ReplicatedPostgres {
  /** The subgraph's database, migrated: on the server that may be written to, and on the one that follows it. */
  readonly primaryUrl: string;
  readonly replicaUrl: string;
  /** Lets the replica fall behind: it still receives what is committed, and does not show it. */
  pause(): Promise<void>;
  /** Resolves when the replica shows all that has been committed until now. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const password = 'test';
const settings = { ...throwawaySettings, wal_level: 'replica', max_wal_senders: 4 };

const replicatedPostgres = async (subgraph: SubgraphName): Promise<ReplicatedPostgres> => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'agora-replicated-'));
  await chmod(root, 0o711); // root's PostgreSQL runs as another user
  const primary = await openCluster({ folder: path.join(root, 'primary'), password, settings });
  const urls = await ensureDatabases(primary, [{ name: subgraph, password }]);
  const primaryUrl = urls[subgraph] ?? '';
  await applyMigrations(primaryUrl, path.resolve('prisma', subgraph, 'migrations'));
  const replica = await follow(primary, path.join(root, 'replica'));
  const onReplica = (query: string) => askFor(replica.superuserUrl, query);
  return {
    primaryUrl,
    replicaUrl: Object.assign(new URL(primaryUrl), { port: String(replica.port) }).href,
    pause: async () => {
      await onReplica('SELECT pg_wal_replay_pause() AS value');
    },
    resume: async () => {
      const committed = await askFor(primary.superuserUrl, 'SELECT pg_current_wal_insert_lsn() AS value');
      await onReplica('SELECT pg_wal_replay_resume() AS value');
      const isThere = `SELECT pg_last_wal_replay_lsn() >= '${committed}' AS value`;
      await until('the replica to catch up', async () => Boolean(await onReplica(isThere)));
    },
    stop: async () => {
      await replica.stop();
      await primary.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
};

/** A base backup by hand: the files of the running server, and the label that says from where its log has to be replayed. */
const follow = async (primary: Cluster, folder: string): Promise<Cluster> => {
  const data = path.join(folder, 'postgres');
  await mkdir(folder);
  const label = await withClient(primary.superuserUrl, async (client) => {
    await client.query(`SELECT pg_backup_start('replica', true)`);
    await promisify(execFile)('cp', ['-a', path.join(primary.folder, 'postgres'), data]);
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop()');
    return String(rows[0].labelfile);
  });
  await rm(path.join(data, 'postmaster.pid'));
  const files = {
    backup_label: label,
    'standby.signal': '',
    'postgresql.auto.conf': `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres password=${password}'\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(data, name), text);
    await giveTo(path.join(data, name), databaseAccount());
  }
  return openCluster({ folder, password, settings });
};

const askFor = (url: string, query: string): Promise<unknown> =>
  withClient(url, async (client) => (await client.query<{ value: unknown }>(query)).rows[0]?.value);

const staff = somebody('STAFF');

describe('a catalogue with a replica', () => {
  let postgres: ReplicatedPostgres;
  let primary: PrismaClient;
  let link: BreakableLink;
  let log: RecordedLog;
  let metrics: Registry;
  let product: Subgraph<GraphqlContext>;

  beforeAll(async () => {
    postgres = await replicatedPostgres('product');
    primary = connect(postgres.primaryUrl, 2);
    await createApp(primary).commands.importCatalogue(aCatalogue([aProduct('lamp')]));
  });
  afterAll(async () => {
    await primary.$disconnect();
    await postgres.stop();
  });
  // No notification is published of this change, so the replica is not known to be behind: the result shows which database was read.
  beforeEach(async () => {
    await entitle('as it was');
    await postgres.resume();
    await postgres.pause();
    await entitle('as it is');
    link = await breakableLink(postgres.replicaUrl);
    log = recordedLog();
    metrics = createMetrics('product');
    const config = productVariables.parse({
      PRODUCT_DATABASE_URL: postgres.primaryUrl,
      PRODUCT_DATABASE_REPLICA_URL: link.url,
      VIEWER_VERIFY_KEYS: '{"keys":[{"kty":"OKP"}]}',
    });
    product = wire({ config, prisma: primary, directUrl: postgres.primaryUrl, log: log.log, metrics });
    await until('the first look', isUsable);
  });
  afterEach(async () => {
    await product.close?.();
    await link.close();
  });

  const entitle = (title: string) => primary.product.updateMany({ data: { title } });
  const title = async (viewer: Viewer = guest) => {
    const { loaders } = product.context(viewer);
    return (await loaders.product.load({ slug: 'lamp' }))?.title;
  };
  const isUsable = async () => (await metrics.metrics()).includes('agora_database_replica_usable{service="product"} 1');
  /** Commits that the product has changed. */
  const change = async () => {
    const message = {
      ...{ type: 'product.changed', version: 1, aggregateType: 'product', correlationId: 'c', data: {} },
      ...{ id: newId('Message'), aggregateId: newId('Product'), sequence: 1, occurredAt: new Date() },
    };
    await primary.outboxMessage.create({ data: message });
    return message.id;
  };

  it('is read there by customers, and by staff, who may just have changed it, where it is changed', async () => {
    expect(await title()).toBe('as it was');
    expect(await title(staff)).toBe('as it is');
  });

  it('is read on the primary while the replica is away, and there again when it is back', async () => {
    await link.cut();
    expect(await title()).toBe('as it is');
    expect(await isUsable()).toBe(false);
    await link.restore();
    await until('back', async () => (await title()) === 'as it was');
    expect(log.lines.map(({ msg }) => msg)).toEqual([
      'the replica of the database is away; retrying until it is back',
      'the replica of the database is back',
    ]);
  });

  it('is read on the primary when the replica has gone silent, after a moment', async () => {
    link.silence();
    expect(await title()).toBe('as it is');
  });

  it('is read on the primary while the replica is behind', async () => {
    await change();
    await until('noticed', async () => (await title()) === 'as it is');
    expect(await isUsable()).toBe(false);
    await postgres.resume();
    await until('it has caught up', isUsable);
    await postgres.pause();
    await entitle('as it will be');
    expect(await title()).toBe('as it is');
  });

  it('is published as changed when the replica has the change, so that nobody reads the old and keeps it', async () => {
    let isPublished = false;
    const announced = product.beforePublishingChanges?.([await change()]).then(() => {
      isPublished = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isPublished).toBe(false);
    expect(await title()).toBe('as it was');
    await postgres.resume();
    await announced;
    expect(await isUsable()).toBe(true);
    expect(await title()).toBe('as it is');
  });

  it('is published as changed without the replica, once nobody reads there any more', async () => {
    const id = await change();
    await product.beforePublishingChanges?.([id]);
    expect(await isUsable()).toBe(false);
    expect(await title()).toBe('as it is');
  });
});
