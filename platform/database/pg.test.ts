import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

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
