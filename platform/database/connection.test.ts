import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it, test } from 'vitest';
import { boundedConnection } from './connection.ts';
import pg from './pg.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

// AuthenticationOk, then ReadyForQuery.
const greeting = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
// ErrorResponse with code and message, then ReadyForQuery.
const refusal = (() => {
  const fields = Buffer.from('C57014\0Mrefused\0\0');
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from('E'), length, fields, Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]);
})();

/** Greets, then passes what comes next to the callback; resolves with a pool for it, and reports when a connection has ended. */
const poolOver = async (answer: (send: (bytes: Buffer) => void, hangUp: () => void) => void, connectMs = 30_000) => {
  const ended = Promise.withResolvers<void>();
  const here = createServer((socket) => {
    socket
      .unref()
      .on('error', () => undefined)
      .on('close', () => ended.resolve());
    socket.once('data', () => {
      socket.write(greeting);
      socket.once('data', () => answer(socket.write.bind(socket), socket.destroy.bind(socket)));
    });
  });
  server = here;
  await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve));
  const { port } = here.address() as { port: number };
  const url = `postgresql://u:p@127.0.0.1:${port}/d`;
  const pool = new pg.Pool(boundedConnection(url, { name: 'test', connectMs }));
  return { pool, ended: ended.promise };
};

it('a connection that breaks before its session is set up fails its caller only', async () => {
  const { pool } = await poolOver((_, hangUp) => hangUp());
  await expect(pool.connect()).rejects.toThrow('Connection terminated');
});

it('so does one that falls silent then, as a pooler does that has no server to lend', async () => {
  const { pool, ended } = await poolOver(() => undefined, 300);
  await expect(pool.connect()).rejects.toThrow('connection timeout');
  await ended;
});

it('a connection whose session cannot be set up is ended, and not left open', async () => {
  const { pool, ended } = await poolOver((send) => send(refusal));
  await expect(pool.connect()).rejects.toThrow('refused');
  await ended;
});

const root = path.resolve(import.meta.dirname, '../..');

test('a connection takes nothing from the variables of psql', async () => {
  const code = `
    import pg from ${JSON.stringify(path.join(import.meta.dirname, 'pg.ts'))};
    const { host, ssl, options } = new pg.Client('postgresql://user@127.0.0.1/shop').connectionParameters;
    console.log(JSON.stringify({ host, ssl, options: options ?? null }));`;
  const env = { ...process.env, PGSSLMODE: 'require', PGOPTIONS: '-c search_path=mine', PGHOST: 'elsewhere' };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code], { env });
  expect(JSON.parse(stdout)).toEqual({ host: '127.0.0.1', ssl: false, options: null });
});

test('everybody takes the client from there', () => {
  const files = globSync('{contracts,platform,gateway,subgraphs,scripts,tests}/**/*.ts', { cwd: root });
  const astray = files.filter((file) =>
    /^import (?!type).* from 'pg';$/m.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(astray).toEqual([path.normalize('platform/database/pg.ts')]);
});
