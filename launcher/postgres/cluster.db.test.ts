import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { commandLine, signalProcess } from '../processes/processes.ts';
import { databaseAccount } from './account.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { ensureDatabases } from './roles.ts';
import { durableSettings } from './settings.ts';

let folder: string;
let open: Cluster[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cluster-'));
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((cluster) => cluster.stop()));
  await rm(folder, { recursive: true, force: true });
});

const start = async (password = 'secret'): Promise<Cluster> => {
  const cluster = await openCluster({ folder, password, settings: durableSettings });
  open.push(cluster);
  return cluster;
};

const serverPid = async (): Promise<number> =>
  Number.parseInt(await readFile(path.join(folder, 'postgres/postmaster.pid'), 'utf8'), 10);

const remember = (cluster: Cluster) =>
  withClient(cluster.superuserUrl, (client) => client.query('CREATE TABLE kept AS SELECT 42 AS answer'));

const recall = async (cluster: Cluster): Promise<unknown[]> =>
  (await withClient(cluster.superuserUrl, (client) => client.query('SELECT answer FROM kept'))).rows;

describe('a PostgreSQL server of our own', () => {
  it('keeps its data and its port from one start to the next', async () => {
    const first = await start();
    await remember(first);
    await first.stop();
    const second = await start();
    expect(second.port).toBe(first.port);
    expect(await recall(second)).toEqual([{ answer: 42 }]);
  });

  it('replaces the server that a killed launcher left running, and finds its data', async () => {
    const script = path.join(import.meta.dirname, 'open-cluster.fixture.ts');
    const launcher = spawn(process.execPath, [script, folder, 'secret'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(launcher.stdout, 'data');
    launcher.kill('SIGKILL');
    const orphan = await serverPid();
    expect(commandLine(orphan)).toContain(folder);

    const cluster = await start();
    expect(commandLine(orphan)).toBeUndefined();
    expect(await recall(cluster)).toEqual([{ answer: 42 }]);
  });

  it('recovers committed data when the server itself was killed', async () => {
    const first = await start();
    await remember(first);
    signalProcess(await serverPid(), 'SIGKILL');
    await first.exited;
    expect(await recall(await start())).toEqual([{ answer: 42 }]);
  });

  it('is not fooled by a left-over pid that now belongs to another program', async () => {
    await (await start()).stop();
    // Of the server's own account, because only such a one makes PostgreSQL believe that the file is true.
    const stranger = spawn('sleep', ['60'], databaseAccount());
    await once(stranger, 'spawn');
    await writeFile(path.join(folder, 'postgres/postmaster.pid'), `${stranger.pid}\n${folder}/postgres\n`);
    await start();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });

  it.runIf(process.getuid?.() === 0)('keeps its data from other daemons that run as nobody', async () => {
    await start();
    const version = path.join(folder, 'postgres/PG_VERSION');
    const account = databaseAccount();
    const read = (gid: number | undefined) => spawnSync('cat', [version], { ...account, ...(gid && { gid }) }).status;
    expect(read(account.gid)).toBe(0);
    expect(read(65534)).not.toBe(0);
  });

  it('does not start without the password its data was made with, and leaves no server running', async () => {
    await (await start()).stop();
    await expect(start('another')).rejects.toThrow('refuses our login: password authentication failed');
    await expect(readFile(path.join(folder, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('shows the log of a server that cannot start', async () => {
    await (await start()).stop();
    await rm(path.join(folder, 'postgres/global'), { recursive: true });
    await expect(start()).rejects.toThrow(/PostgreSQL ended with code 2.*global/s);
  });

  it('flushes every commit to the disk', async () => {
    const cluster = await start();
    const { order, events } = await ensureDatabases(cluster, [
      { name: 'order', password: 'a' },
      { name: 'events', password: 'b', synchronousCommit: 'off' },
    ]);
    const settings = (url = '') =>
      withClient(url, async (client) => [
        (await client.query('SHOW fsync')).rows[0].fsync,
        (await client.query('SHOW synchronous_commit')).rows[0].synchronous_commit,
      ]);
    expect(await settings(order)).toEqual(['on', 'on']);
    expect(await settings(events)).toEqual(['on', 'off']);
  });

  it('lets each role into its own database only', async () => {
    const cluster = await start();
    const databases = ['order', 'user'].map((name) => ({ name, password: `${name}-password` }));
    const { order = '' } = await ensureDatabases(cluster, databases);
    await ensureDatabases(cluster, databases); // a second start changes nothing
    const login = (url: string) => withClient(url, (client) => client.query('CREATE TABLE mine ()'));
    await login(order);
    for (const foreign of ['user', 'postgres', 'template1']) {
      await expect(login(otherDatabase(order, foreign))).rejects.toThrow('permission denied for database');
    }
  });
});
