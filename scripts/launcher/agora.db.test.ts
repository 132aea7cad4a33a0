import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceNames, subgraphNames } from '../../contracts/services.ts';
import { redisHere } from '../../tests/kit/redis.ts';
import { until } from '../../tests/kit/until.ts';
import { withClient } from '../database/connect.ts';
import { commandLine, signalProcess } from '../system/processes.ts';
import { type Agora, type AgoraOptions, startAgora } from './agora.ts';

const migration = 'CREATE TABLE kept (answer int)';
let root: string;
let dataDir: string;
let lines: string[];
let running: Agora[];

/** A checkout whose services are stand-ins. */
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'agora-launcher-'));
  await chmod(root, 0o711); // root's PostgreSQL runs as another user
  dataDir = path.join(root, '.data');
  lines = [];
  running = [];
  const fixture = path.join(import.meta.dirname, 'service.fixture.ts');
  for (const name of serviceNames) {
    const folder = path.join(root, name === 'gateway' ? name : `subgraphs/${name}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'main.ts'), `import ${JSON.stringify(fixture)};`);
  }
  for (const name of subgraphNames) {
    const folder = path.join(root, 'prisma', name, 'migrations/1_init');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'migration.sql'), migration);
  }
});

afterEach(async () => {
  await Promise.all(running.map((agora) => agora.stop({ atOnce: true })));
  await rm(root, { recursive: true, force: true });
});

const start = async (options: Partial<AgoraOptions> = {}): Promise<Agora> => {
  const onLine = (source: string, line: string): void => void lines.push(`${source}: ${line}`);
  const agora = await startAgora({
    root,
    dataDir,
    ports: 'free',
    env: process.env,
    events: 'postgres',
    onLine,
    ...options,
  });
  running.push(agora);
  return agora;
};

const ask = async (url: string, door: string): Promise<Record<string, string>> =>
  (await fetch(`${url}${door}`)).json() as Promise<Record<string, string>>;

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    () => true,
    () => false,
  );

const read = (url: string) => withClient(url, async (client) => (await client.query('SELECT answer FROM kept')).rows);
const write = (url: string) => withClient(url, (client) => client.query('INSERT INTO kept VALUES (42)'));

/** A launcher in a process of its own, killed the hard way once it runs. */
const startAndKill = async (
  events: 'redis' | 'postgres',
  before: (urls: Agora['urls']) => unknown = () => undefined,
) => {
  const script = path.join(import.meta.dirname, 'start-agora.fixture.ts');
  const launcher = spawn(process.execPath, [script, root, dataDir, events], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(launcher.stdout, 'data');
  const facts = JSON.parse(String(said)) as { urls: Agora['urls']; redisPid?: number };
  await before(facts.urls);
  launcher.kill('SIGKILL');
  await once(launcher, 'close');
  return facts;
};

describe('startAgora', () => {
  it('starts migrated databases and every service, and stops without leaving a process or a lock', async () => {
    const agora = await start();
    expect(agora.down()).toEqual([]);
    expect(await Promise.all(Object.values(agora.urls).map(answers))).toEqual([true, true, true, true, true]);
    expect(await read(agora.databaseUrls.order)).toEqual([]);
    const pids = [...serviceNames.map((name) => agora.pid(name)), agora.postgres?.pid];
    await agora.stop();
    expect(pids.map((pid) => commandLine(pid ?? 0))).toEqual(pids.map(() => undefined));
    expect((await readdir(dataDir)).toSorted()).toEqual(['events', 'postgres', 'postgres.log', 'secrets.json']);
  });

  it('tells each service its own secrets and no others', async () => {
    const { urls, databaseUrls, environment } = await start();
    const order = await ask(urls.order, '/environment');
    expect(order.ORDER_DATABASE_URL).toBe(databaseUrls.order);
    expect(order.EVENTS_DATABASE_URL).toContain('/events');
    expect(JSON.parse(`${order.VIEWER_VERIFY_KEYS}`).keys[0]).not.toHaveProperty('d');
    const secrets = ['USER_DATABASE_URL', 'PAYMENT_DATABASE_URL', 'VIEWER_SIGNING_KEY', 'ACCESS_TOKEN_KEYS'];
    expect(secrets.filter((variable) => variable in order)).toEqual([]);
    const gateway = await ask(urls.gateway, '/environment');
    expect(JSON.parse(`${gateway.VIEWER_SIGNING_KEY}`)).toHaveProperty('d');
    expect(gateway.ORDER_SUBGRAPH_URL).toBe(`${urls.order}/graphql`);
    expect(gateway).not.toHaveProperty('ORDER_DATABASE_URL');
    expect(environment).toMatchObject({
      USER_DATABASE_URL: databaseUrls.user,
      PAYMENT_DATABASE_URL: databaseUrls.payment,
    });
  });

  it('starts a service again that died, and leaves one alone that always dies, while the others go on', async () => {
    await writeFile(path.join(root, 'subgraphs/payment/main.ts'), 'console.log("no way"); process.exit(3);');
    const agora = await start();
    expect(agora.down()).toEqual(['payment']);
    expect(lines).toContain('payment: no way');
    expect(lines.filter((line) => line.includes('payment died'))).toHaveLength(5);

    const before = agora.pid('order');
    await ask(agora.urls.order, '/die').catch(() => undefined);
    await until('order answers again', () => answers(agora.urls.order));
    expect(agora.pid('order')).not.toBe(before);
  });

  it('keeps a killed service down until it is restarted', async () => {
    const agora = await start();
    await agora.kill('product');
    expect(agora.down()).toEqual(['product']);
    expect(await answers(agora.urls.product)).toBe(false);
    await agora.restart('product');
    expect(await answers(agora.urls.product)).toBe(true);
  });

  it('starts PostgreSQL again when it dies, on the same port and with its data', async () => {
    const agora = await start();
    await write(agora.databaseUrls.order);
    signalProcess(agora.postgres?.pid ?? 0, 'SIGKILL');
    await until('the launcher notices', () => lines.some((line) => line.includes('PostgreSQL died')));
    await until('PostgreSQL answers', () => read(agora.databaseUrls.order).then(Boolean, () => false));
    expect(await read(agora.databaseUrls.order)).toEqual([{ answer: 42 }]);
  });

  it('refuses a second launcher on the same folder, and lets the first one go on', async () => {
    const agora = await start();
    await expect(start()).rejects.toThrow(`Agora is already running on ${dataDir} (process ${process.pid})`);
    expect(await answers(agora.urls.gateway)).toBe(true);
    expect(await read(agora.databaseUrls.user)).toEqual([]);
  });

  it('names a port that is taken and the variable that moves it, before it starts anything', async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    const { port } = rival.address() as { port: number };
    try {
      await expect(start({ ports: 39_400, env: { ...process.env, ORDER_PORT: String(port) } })).rejects.toThrow(
        `Port ${port} (order) is taken: free it, or set ORDER_PORT`,
      );
      expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false);
    } finally {
      rival.close();
    }
  });

  it('stops what it started when it is interrupted on the way', async () => {
    await writeFile(path.join(root, 'gateway/main.ts'), 'setInterval(() => {}, 1000)'); // never ready
    const interrupted = new AbortController();
    const attempt = start({ signal: interrupted.signal });
    await until('order runs', () => lines.includes('order: {"level":"info","time":"","msg":"order listens"}'));
    interrupted.abort(new Error('Interrupted'));
    await expect(attempt).rejects.toThrow('Interrupted');
    expect(existsSync(path.join(dataDir, 'launcher.lock'))).toBe(false);
    expect(existsSync(path.join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  });
});

const transports = redisHere() ? (['postgres', 'redis'] as const) : (['postgres'] as const);

describe.each(transports)('after a kill -9 of the launcher, with events on %s', (events) => {
  it('no service holds its port, and the next start finds the data', async () => {
    await (await start({ events })).stop();
    const { urls } = await startAndKill(events);
    await until(
      'all services are gone',
      async () => !(await Promise.all(Object.values(urls).map(answers))).includes(true),
    );
    const agora = await start({ events });
    expect(agora.down()).toEqual([]);
    await write(agora.databaseUrls.order);
  });

  it('the next start ends a service that was too busy to notice, and an orphaned queue', async () => {
    const { urls, redisPid } = await startAndKill(
      events,
      (running) => void ask(running.order, '/hang').catch(() => undefined),
    );
    const port = Number(new URL(urls.order).port);
    const agora = await start({ events, env: { ...process.env, ORDER_PORT: String(port) }, ports: 39_500 });
    expect(agora.urls.order).toBe(urls.order);
    expect(lines).toContainEqual(
      expect.stringMatching(/^launcher: Ended what a killed launcher had left running: .*order/),
    );
    expect(redisPid === undefined || commandLine(redisPid) === undefined).toBe(true);
  });
});
