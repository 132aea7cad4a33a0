/** PgBouncer before a database, in transaction mode: every transaction may get another connection of the server. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { databaseAccount, giveTo } from '#launcher/postgres/account.ts';
import { freePort } from '#launcher/processes/ports.ts';

export interface Pooler {
  /** The address of the database, by way of the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** 1.21 was the first that knows what statements with a name mean in transaction mode. */
const firstWithPreparedStatements = 21;

/** What the installed one can do; undefined without one, and tests are skipped with one line. */
export const pgbouncerHere = (): { readonly preparedStatements: 'on' | 'off' } | undefined => {
  try {
    const [, minor] = /PgBouncer 1\.(\d+)/.exec(execFileSync('pgbouncer', ['--version']).toString()) ?? [];
    return { preparedStatements: Number(minor) < firstWithPreparedStatements ? 'off' : 'on' };
  } catch {
    process.stdout.write('pgbouncer is not installed: the tests through a pooler are skipped\n');
    return undefined;
  }
};

/** `serverConnections` are what all clients share. */
export const startPgbouncer = async (databaseUrl: string, serverConnections: number): Promise<Pooler> => {
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
