import { describe, expect, it } from 'vitest';
import { databaseNames } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import { emptyDatabase, eventsDatabase, testDatabase } from './postgres.ts';

const tables = (url: string): Promise<string[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    );
    return rows.map(({ tablename }) => tablename);
  });

describe('test databases', () => {
  it.each(databaseNames)('has a migrated, empty database of the %s subgraph', async (name) => {
    const database = await testDatabase(name);
    expect(await tables(database.url)).toEqual(
      expect.arrayContaining(['outbox_message', 'inbox_message', 'idempotency_key']),
    );
    await database.dispose();
  });

  it('gives each test its own, also when many ask at once', async () => {
    const databases = await Promise.all(Array.from({ length: 6 }, () => testDatabase('order')));
    const [first, second] = databases;
    await withClient(first?.url ?? '', (client) => client.query('CREATE TABLE mine ()'));
    expect(await tables(first?.url ?? '')).toContain('mine');
    expect(await tables(second?.url ?? '')).not.toContain('mine');
    await Promise.all(databases.map(({ dispose }) => dispose()));
  });

  it('gives the rights of production and no more', async () => {
    const database = await testDatabase('order');
    const { rows } = await withClient(database.url, (client) =>
      client.query('SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user'),
    );
    expect(rows).toEqual([{ rolname: 'order', rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
    await database.dispose();
  });

  it('has empty ones too', async () => {
    for (const database of [await emptyDatabase(), await eventsDatabase()]) {
      expect(await tables(database.url)).toEqual([]);
      await database.dispose();
    }
  });

  it('drops a database although somebody is still connected', async () => {
    const database = await emptyDatabase();
    await withClient(database.url, async (client) => {
      await database.dispose();
      await expect(client.query('SELECT 1')).rejects.toThrow();
    }).catch(() => undefined);
    await expect(tables(database.url)).rejects.toThrow('does not exist');
  });
});
