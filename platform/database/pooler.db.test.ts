import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingBus } from '#kit/messaging/recording-bus.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { until } from '#kit/vitest/until.ts';
import { freePort } from '#launcher/ports.ts';
import { databaseAccount, giveTo } from '#launcher/postgres/account.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { startRelay } from '../messaging/relay.ts';
import { withClient } from './client.ts';
import { prismaAdapter } from './database.ts';
import { applyMigrations } from './migrations.ts';
import { inTransaction } from './transaction.ts';

/** PgBouncer before a database, in transaction mode: every transaction may get another connection of the server. */
interface Pooler {
  /** The address of the database, by way of the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** 1.21 was the first that knows what statements with a name mean in transaction mode. */
const firstWithPreparedStatements = 21;

/** What the installed one can do; undefined without one, and tests are skipped with one line. */
const pgbouncerHere = (): { readonly preparedStatements: 'on' | 'off' } | undefined => {
  try {
    const [, minor] = /PgBouncer 1\.(\d+)/.exec(execFileSync('pgbouncer', ['--version']).toString()) ?? [];
    return { preparedStatements: Number(minor) < firstWithPreparedStatements ? 'off' : 'on' };
  } catch {
    process.stdout.write('pgbouncer is not installed: the tests through a pooler are skipped\n');
    return undefined;
  }
};

/** `serverConnections` are what all clients share. */
const startPgbouncer = async (databaseUrl: string, serverConnections: number): Promise<Pooler> => {
  const { hostname, port, username, password } = new URL(databaseUrl);
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-pgbouncer-'));
  const file = (name: string) => path.join(folder, name);
  const listenPort = await freePort();
  await writeFile(file('users'), `"${username}" "${password}"\n`);
  await writeFile(
    file('ini'),
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = trust
auth_file = ${file('users')}
pool_mode = transaction
default_pool_size = ${serverConnections}
${pgbouncerHere()?.preparedStatements === 'on' ? 'max_prepared_statements = 200' : ''}
`,
  );
  // Like PostgreSQL it refuses to be run by root.
  const account = databaseAccount();
  for (const each of [folder, file('users'), file('ini')]) await giveTo(each, account);
  const pooler = spawn('pgbouncer', [file('ini')], { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    pooler.once('error', reject).once('exit', (code) => reject(new Error(`pgbouncer ended with ${code}`)));
    createInterface(pooler.stderr).on('line', (line) => line.includes('process up') && resolve());
  });
  return {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(listenPort) }).href,
    stop: async () => {
      const ended = new Promise((resolve) => pooler.once('exit', resolve));
      // At once, with whatever its clients are doing.
      pooler.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const here = pgbouncerHere();

describe.runIf(here)('a database behind a pooler in transaction mode', () => {
  let database: TestDatabase;
  let pooler: Pooler;
  let prisma: PrismaClient;

  beforeAll(async () => {
    database = await testDatabase('order');
    // What the role of a managed database may be born with.
    await withClient(database.url, (client) =>
      client.query(`ALTER ROLE CURRENT_USER IN DATABASE "${nameOf(database)}" SET timezone = 'Asia/Tokyo'`),
    );
    pooler = await startPgbouncer(database.url, 2);
    prisma = new PrismaClient({ adapter: prismaAdapter(pooler.url, 10, { ...here }) });
  });
  afterAll(async () => {
    await prisma.$disconnect();
    await pooler.stop();
    await database.dispose();
  });

  const at40 = <T>(work: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 40 }, (_, n) => work(n)));

  it('gives more clients than it has connections their transactions, whole', async () => {
    const noon = new Date('2026-11-22T12:00:00.000Z');
    const pids = await at40((n) =>
      inTransaction(prisma, async (tx) => {
        await tx.cart.create({ data: { id: `cart-${n}`, createdAt: noon, updatedAt: noon } });
        const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        expect(await tx.cart.findUnique({ where: { id: `cart-${n}` } })).toMatchObject({ createdAt: noon });
        return row?.pid;
      }),
    );
    expect(new Set(pids).size).toBeLessThanOrEqual(2);
    expect(await prisma.cart.count()).toBe(40);
  });

  it('has the same statements answered, whichever connection they get', async () => {
    const counts = await at40((n) => prisma.cart.findMany({ where: { id: { in: [`cart-${n}`, 'none'] } } }));
    expect(counts.every((found) => found.length === 1)).toBe(true);
  });

  it('keeps the time zone that Prisma needs, on every connection', async () => {
    const zones = await at40(() => prisma.$queryRaw<{ zone: string }[]>`SELECT current_setting('timezone') AS zone`);
    expect(new Set(zones.map(([row]) => row?.zone))).toEqual(new Set(['UTC']));
  });
});

describe.runIf(here)('who goes through a pooler that should be gone past', () => {
  let database: TestDatabase;
  let pooler: Pooler;
  beforeAll(async () => {
    database = await testDatabase('order');
    // As everywhere but on the test server, whose data may be lost.
    await withClient(database.url, (client) =>
      client.query(`ALTER ROLE CURRENT_USER IN DATABASE "${nameOf(database)}" SET synchronous_commit = 'on'`),
    );
    pooler = await startPgbouncer(database.url, 2);
  });
  afterAll(async () => {
    await pooler.stop();
    await database.dispose();
  });

  it('migrates, names the missing variable, and leaves no lock behind', async () => {
    const notices: string[] = [];
    const options = { variable: 'ORDER_DATABASE_URL', onNotice: (notice: string) => notices.push(notice) };
    const migrate = () => applyMigrations(`${pooler.url}?schema=fresh`, 'prisma/order/migrations', options);
    const [first, second] = await Promise.all([migrate(), migrate()]);
    const names = (await readdir('prisma/order/migrations')).filter((name) => /^\d/.test(name)).sort();
    expect([...first.applied, ...second.applied].sort()).toEqual(names);
    expect(new Set(notices)).toEqual(
      new Set([
        'ORDER_DATABASE_URL leads through a pooler. Unless that is in session mode, ORDER_DATABASE_DIRECT_URL has to name the server itself.',
      ]),
    );
    const locks = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                    WHERE locktype = 'advisory' AND datname = current_database()`;
    expect(await withClient(database.url, (client) => client.query(locks))).toMatchObject({ rowCount: 0 });
  });

  it('says so as a relay, and leaves commits durable for everybody', async () => {
    const { log, lines } = recordedLog();
    const options = { bus: recordingBus(), receivers: () => ['order'], log };
    const relay = await startRelay({ ...options, databaseUrl: pooler.url, directVariable: 'X_DIRECT_URL' });
    await until('the warning', () => lines.length > 0);
    await relay.close();
    expect(lines).toMatchObject([{ msg: expect.stringContaining('let X_DIRECT_URL name the server itself') }]);
    // Both of the pooler's connections: each is held for a while.
    const commits = await Promise.all(
      [1, 2].map(() =>
        withClient(pooler.url, (client) =>
          client.query(`SELECT current_setting('synchronous_commit') AS "synchronousCommit" FROM pg_sleep(0.2)`),
        ),
      ),
    );
    expect(commits.map(({ rows }) => rows[0])).toEqual(Array(2).fill({ synchronousCommit: 'on' }));
  });
});

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);
