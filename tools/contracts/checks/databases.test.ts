import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServer } from '#kit/postgres/postgres.ts';
import { withClient } from '#platform/database/client.ts';
import { withReplay } from '../../database/migrations.ts';
import { dump, packed, type ReleasedData, unpacked, upgraded } from './databases.ts';

let folder: string;
let released: ReleasedData;

const migration = async (name: string, sql: string) => {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, 'migration.sql'), sql);
};
const found = async () =>
  (await upgraded(testServer(), 'prisma/order/migrations', folder, released)).map(
    ({ subject, message }) => `${subject} ${message}`,
  );

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agora-migrations-'));
  await migration(
    '1_init',
    'CREATE TABLE line (id int PRIMARY KEY, text text); CREATE TABLE cart (id int REFERENCES line);',
  );
  released = await withReplay(testServer(), folder, (url) =>
    withClient(url, async (client) => {
      await client.query("INSERT INTO line VALUES (1, 'a'), (2, NULL); INSERT INTO cart VALUES (2)");
      return unpacked(packed(await dump(client)));
    }),
  );
});
afterEach(() => rm(folder, { recursive: true }));

describe('an upgrade', () => {
  it('keeps every row', async () => {
    await migration('2_grow', "ALTER TABLE line ADD COLUMN kind text NOT NULL DEFAULT 'x'");
    expect(await found()).toEqual([]);
  });

  it('names the migration that the data of the release before does not fit', async () => {
    await migration('2_stricter', 'ALTER TABLE line ALTER COLUMN text SET NOT NULL');
    expect(await found()).toEqual([
      expect.stringMatching(
        /^prisma\/order\/migrations cannot be applied to the data of the last release: .*2_stricter/s,
      ),
    ]);
  });

  it('names the table that loses rows', async () => {
    await migration('2_tidy', 'DELETE FROM cart; DELETE FROM line WHERE text IS NULL');
    expect(await found()).toEqual([
      'prisma/order/migrations leave 0 of 1 rows in cart.',
      'prisma/order/migrations leave 1 of 2 rows in line.',
    ]);
  });

  it('names a released migration that was edited, or is gone', async () => {
    await migration('1_init', 'CREATE TABLE line (id int);');
    expect(await found()).toEqual([
      expect.stringMatching(/^prisma\/order\/migrations\/1_init was released, and has been edited/),
    ]);
    await rm(path.join(folder, '1_init'), { recursive: true });
    expect(await found()).toEqual([expect.stringMatching(/1_init was released/)]);
  });
});
