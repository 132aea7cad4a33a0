/** Every connection to PostgreSQL of what runs for long is made by platform/database/connection.ts, so none waits for ever. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const home = 'platform/database/connection.ts';

const isUnbounded = (source: string): boolean =>
  source.includes('new pg.Client(') || (source.includes('new pg.Pool(') && !source.includes('boundedConnection('));

test('no process opens a connection of its own making', () => {
  const files = globSync('{platform,subgraphs,gateway}/**/*.ts').filter(
    (file) => !/\.(test|suite)\.ts$/.test(file) && file !== home && !file.includes('node_modules'),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => isUnbounded(readFileSync(file, 'utf8')))).toEqual([]);
});

test.each(['new pg.Client({ connectionString })', 'new pg.Pool({ connectionString, max: 1 })'])(
  '%s would be found',
  (source) => {
    expect(isUnbounded(source)).toBe(true);
  },
);
