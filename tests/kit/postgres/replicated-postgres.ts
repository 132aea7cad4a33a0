/** A PostgreSQL server and one that follows it, as an operator sets them up: streaming replication. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { databaseAccount, giveTo } from '#launcher/postgres/account.ts';
import { type Cluster, openCluster } from '#launcher/postgres/cluster.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { throwawaySettings } from '#launcher/postgres/settings.ts';
import type { SubgraphName } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import { until } from '../vitest/until.ts';

export interface ReplicatedPostgres {
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

export const replicatedPostgres = async (subgraph: SubgraphName): Promise<ReplicatedPostgres> => {
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
