import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyDatabase, eventsDatabase } from '#kit/postgres/postgres.ts';
import { allDatabaseNames, databaseNames, serviceNames } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import { prismaLockKey } from '#platform/database/migrations.ts';
import type { Agora } from './agora.ts';
import { answers, ask, type Checkout, eventually, keep, kept, mainOf, makeCheckout } from './checkout.fixture.ts';
import { bornAt, signalProcess } from './processes/processes.ts';

describe('startAgora', () => {
  let checkout: Checkout;

  beforeEach(async () => {
    checkout = await makeCheckout();
  });

  afterEach(() => checkout.dispose());

  it('starts migrated databases and every service, and stops without leaving a process or a lock', async () => {
    const agora = await checkout.start();
    expect(agora.notReady).toEqual([]);
    expect(await Promise.all(Object.values(agora.urls).map(answers))).toEqual(serviceNames.map(() => true));
    expect(await kept(agora.databaseUrls.order)).toEqual([]);
    const pids = [...serviceNames.map((name) => agora.pid(name)), agora.postgres?.pid];
    expect(pids).not.toContain(undefined);
    await agora.stop();
    expect(pids.filter((pid) => bornAt(pid ?? 0) !== undefined)).toEqual([]);
    expect((await readdir(checkout.dataDir)).toSorted()).toEqual([
      'addresses.json',
      'events',
      'postgres',
      'postgres.log',
      'secrets',
      'secrets.json',
    ]);
  });

  it('gives up a service that always dies, while the others go on', async () => {
    await writeFile(path.join(checkout.root, mainOf('payment')), 'console.log("no way"); process.exit(3);');
    const agora = await checkout.start();
    expect(agora.down()).toEqual(['payment']);
    expect(agora.notReady).toEqual(['payment']);
    expect(checkout.lines).toContain('launcher: payment is not ready: it is not running');
    expect(checkout.lines).toContain('payment: no way');
    expect(checkout.lines.filter((line) => line.includes('payment died'))).toHaveLength(5);
    expect(await answers(agora.urls.gateway)).toBe(true);
  });

  it('uses the databases and the queue that the environment names, and starts none of its own', async () => {
    // Without the simulator, which then has no process and no database.
    const given = await Promise.all(databaseNames.map(() => emptyDatabase()));
    const events = await eventsDatabase();
    const variables = databaseNames.map((name, index) => [`${name.toUpperCase()}_DATABASE_URL`, given[index]?.url]);
    const others = { EVENTS_DATABASE_URL: events.url, PAYMENT_PROVIDER: 'stripe' };
    const env = { ...process.env, ...Object.fromEntries(variables), ...others };
    const agora = await checkout.start({ env, events: undefined });
    expect(agora).toMatchObject({ postgres: undefined, redis: undefined, events: 'given postgres' });
    expect(Object.values(agora.databaseUrls)).toEqual(given.map(({ url }) => url));
    expect([agora.notReady, agora.pid('simulator'), await answers(agora.urls.simulator)]).toEqual([
      [],
      undefined,
      false,
    ]);
    expect(await kept(given[0]?.url ?? '')).toEqual([]);
    expect((await ask(agora.urls.order, '/environment')).EVENTS_DATABASE_URL).toBe(events.url);
    await agora.stop();
    expect((await readdir(checkout.dataDir)).toSorted()).toEqual(['addresses.json', 'secrets', 'secrets.json']);
    await Promise.all([...given, events].map(({ dispose }) => dispose()));
  });

  it('names a port that is taken and the variable that moves it, before it starts anything', async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    const { port } = rival.address() as { port: number };
    try {
      const env = { ...process.env, ORDER_PORT: String(port) };
      await expect(checkout.start({ ports: 39_400, env })).rejects.toThrow(
        `Port ${port} (order) is taken: free it, or set ORDER_PORT`,
      );
      expect(existsSync(path.join(checkout.dataDir, 'postgres'))).toBe(false);
    } finally {
      rival.close();
    }
  });

  it('can be interrupted while it waits for another process that migrates', async () => {
    const databases = await Promise.all(allDatabaseNames.map(() => emptyDatabase()));
    const variables = allDatabaseNames.map((name, index) => [
      `${name.toUpperCase()}_DATABASE_URL`,
      databases[index]?.url,
    ]);
    await withClient(databases[0]?.url ?? '', async (client) => {
      await client.query(`SELECT pg_advisory_lock(${prismaLockKey})`);
      const interrupted = new AbortController();
      const env = { ...process.env, ...Object.fromEntries(variables) };
      const outcome = checkout.start({ env, signal: interrupted.signal }).catch((fault: Error) => fault.message);
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
      await expect.poll(async () => (await client.query(waiting)).rowCount, { timeout: 20_000 }).toBe(1);
      interrupted.abort(new Error('Interrupted'));
      expect(await outcome).toBe('Interrupted');
    });
    await Promise.all(databases.map(({ dispose }) => dispose()));
  });

  it('names a variable with an invalid address, before it starts anything, without that address', async () => {
    const env = { ...process.env, ORDER_DATABASE_URL: 'postgresql://u:7/Kx9+hush@host/db' };
    const outcome = await checkout.start({ env }).catch((fault: Error) => fault.message);
    expect(outcome).toMatch(/^ORDER_DATABASE_URL: must be .*percent-encoded/);
    expect(`${outcome} ${checkout.lines}`).not.toMatch(/hush|Kx9/);
    expect(existsSync(path.join(checkout.dataDir, 'postgres'))).toBe(false);
  });

  it('stops what it started when it is interrupted on the way', async () => {
    await writeFile(path.join(checkout.root, mainOf('gateway')), 'setInterval(() => {}, 1000)'); // never ready
    const interrupted = new AbortController();
    const outcome = checkout.start({ signal: interrupted.signal }).catch((fault: Error) => fault.message);
    await eventually('order runs', () => checkout.lines.some((line) => line.includes('order listens')));
    interrupted.abort(new Error('Interrupted'));
    expect(await outcome).toBe('Interrupted');
    expect(existsSync(path.join(checkout.dataDir, 'launcher.lock'))).toBe(false);
    expect(existsSync(path.join(checkout.dataDir, 'postgres/postmaster.pid'))).toBe(false);
  });
});

describe('a running system', () => {
  let checkout: Checkout;
  let agora: Agora;

  beforeAll(async () => {
    checkout = await makeCheckout();
    agora = await checkout.start();
  });

  afterAll(() => checkout.dispose());

  it('gives each service its own secrets and no others', async () => {
    const { urls, databaseUrls, environment } = agora;
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

  it("lets no service into the simulator's database, nor the simulator into one of theirs", async () => {
    const asRoleOf = (role: 'payment' | 'simulator', name: string): string =>
      Object.assign(new URL(agora.databaseUrls[role] ?? ''), { pathname: `/${name}` }).href;
    const connect = (url: string) => withClient(url, (client) => client.query('SELECT 1'));
    await expect(connect(asRoleOf('simulator', 'simulator'))).resolves.toMatchObject({ rowCount: 1 });
    await expect(connect(asRoleOf('payment', 'simulator'))).rejects.toThrow(
      /permission denied for database "simulator"/,
    );
    await expect(connect(asRoleOf('simulator', 'payment'))).rejects.toThrow(/permission denied for database "payment"/);
    expect(await ask(agora.urls.payment, '/environment')).not.toHaveProperty('SIMULATOR_DATABASE_URL');
  });

  it('starts a service again that died', async () => {
    const before = agora.pid('order');
    await ask(agora.urls.order, '/die').catch(() => undefined);
    await eventually('order answers again', () => answers(agora.urls.order));
    expect(agora.pid('order')).not.toBe(before);
  });

  it('keeps a killed service down until it is restarted', async () => {
    await agora.kill('product');
    expect(agora.down()).toEqual(['product']);
    expect(await answers(agora.urls.product)).toBe(false);
    await agora.restart('product');
    expect(await answers(agora.urls.product)).toBe(true);
  });

  it('starts PostgreSQL again when it dies, on the same port and with its data', async () => {
    await keep(agora.databaseUrls.order);
    signalProcess(agora.postgres?.pid ?? 0, 'SIGKILL');
    await eventually('the launcher notices', () => checkout.lines.some((line) => line.includes('PostgreSQL died')));
    await eventually('PostgreSQL answers', () => kept(agora.databaseUrls.order).then(Boolean, () => false));
    expect(await kept(agora.databaseUrls.order)).toEqual([{ answer: 42 }]);
  });

  // Elsewhere nobody can be asked where a process works, and the backend is waited for.
  it.runIf(process.platform === 'linux')(
    'starts PostgreSQL again though a backend outlives the killed server',
    async () => {
      const answers = () => kept(agora.databaseUrls.order).then(Boolean, () => false);
      const deathsSeen = () => checkout.lines.filter((line) => line.includes('PostgreSQL died')).length;
      const deathsBefore = deathsSeen();
      await eventually('PostgreSQL answers', answers);
      await withClient(agora.databaseUrls.order, async (client) => {
        const [{ pid }] = (await client.query('SELECT pg_backend_pid() AS pid')).rows;
        // Stopped, it does not notice that its server is gone; neither does one that is busy.
        signalProcess(pid, 'SIGSTOP');
        signalProcess(agora.postgres?.pid ?? 0, 'SIGKILL');
        await eventually('the launcher notices', () => deathsSeen() > deathsBefore);
        await eventually('PostgreSQL answers again', answers);
        expect(bornAt(pid)).toBeUndefined();
      });
    },
  );

  it('refuses a second launcher on its folder, and goes on', async () => {
    const refusal = `Agora is already running on ${checkout.dataDir} (process ${process.pid})`;
    await expect(checkout.start()).rejects.toThrow(refusal);
    expect(await answers(agora.urls.gateway)).toBe(true);
    expect(await kept(agora.databaseUrls.user)).toEqual([]);
  });
});
