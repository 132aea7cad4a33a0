import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { until } from '#kit/vitest/until.ts';
import { allDatabaseNames, folderOf, services } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import { type Agora, type AgoraOptions, startAgora } from './agora.ts';

export type Checkout = {
  root: string;
  dataDir: string;
  /** What launchers on it printed and passed on: `order: …`. */
  lines: string[];
  start: (options?: Partial<AgoraOptions>) => Promise<Agora>;
  dispose: () => Promise<void>;
};

/** A checkout whose services are fakes (service.fixture.ts) and whose databases have one table. */
export const makeCheckout = async (): Promise<Checkout> => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'agora-launcher-'));
  await chmod(root, 0o711); // root's PostgreSQL runs as another user
  const fakeSubgraph = path.join(import.meta.dirname, 'processes/service.fixture.ts');
  for (const { name } of services) await save(path.join(root, mainOf(name)), `import ${JSON.stringify(fakeSubgraph)};`);
  for (const name of allDatabaseNames) {
    await save(path.join(root, 'prisma', name, 'migrations/1_init/migration.sql'), 'CREATE TABLE kept (answer int)');
  }
  const dataDir = path.join(root, '.data');
  const lines: string[] = [];
  const started: Agora[] = [];
  const onLine = (source: string, line: string): void => void lines.push(`${source}: ${line}`);
  return {
    root,
    dataDir,
    lines,
    start: async (options = {}) => {
      const agora = await startAgora({
        root,
        dataDir,
        ports: 'free',
        env: process.env,
        events: 'postgres',
        onLine,
        ...options,
      });
      started.push(agora);
      return agora;
    },
    dispose: async () => {
      await Promise.all(started.map((agora) => agora.stop({ atOnce: true })));
      await rm(root, { recursive: true, force: true });
    },
  };
};

export const mainOf = (service: string): string =>
  services.flatMap((each) => (each.name === service ? [`${folderOf(each)}/main.ts`] : []))[0] ?? '';

const save = async (file: string, text: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
};

/** Requests a path of a fake service. */
export const ask = async (url: string, path: string): Promise<Record<string, string>> =>
  (await fetch(`${url}${path}`)).json() as Promise<Record<string, string>>;

export const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    () => true,
    () => false,
  );

// Two cores may be busy with four other test files.
const patienceMs = 30_000;
export const eventually = (what: string, check: () => boolean | Promise<boolean>): Promise<void> =>
  until(what, check, patienceMs);

export const keep = (url: string): Promise<unknown> =>
  withClient(url, (client) => client.query('INSERT INTO kept VALUES (42)'));
export const kept = (url: string): Promise<unknown[]> =>
  withClient(url, async (client) => (await client.query('SELECT answer FROM kept')).rows);
