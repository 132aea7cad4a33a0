import { expect, it } from 'vitest';
import { platformDatabase } from '#kit/postgres/platform-tables.ts';
import { testDatabase } from '#kit/postgres/postgres.ts';
import { databaseNames } from '#ops/services.ts';
import { withClient } from '../database/client.ts';

const tables = "('outbox_message', 'inbox_message', 'idempotency_key')";

/** As lines: columns, and indexes, constraints, triggers and the trigger's function. A subgraph names its trigger as it likes. */
const definitions = (url: string): Promise<{ columns: string[]; others: string[] }> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ line: string; is_column: boolean }>(`
      SELECT true AS is_column, format('%s.%s %s(%s) %s %s', table_name, column_name, data_type, datetime_precision, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN ${tables}
      UNION ALL SELECT false, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ${tables}
      UNION ALL SELECT false, replace(pg_get_triggerdef(oid), tgname, 'its_name') FROM pg_trigger
                 WHERE NOT tgisinternal AND tgrelid = 'outbox_message'::regclass
      UNION ALL SELECT false, rtrim(regexp_replace(prosrc, '\\s+', ' ', 'g'), '; ') FROM pg_proc WHERE proname = 'notify_outbox_message'
      UNION ALL SELECT false, format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
                 WHERE contype <> 'n' AND conrelid IN ('outbox_message'::regclass, 'inbox_message'::regclass, 'idempotency_key'::regclass)`);
    const lines = (isColumn: boolean) =>
      rows
        .filter(({ is_column }) => is_column === isColumn)
        .map(({ line }) => line)
        .toSorted();
    return { columns: lines(true), others: lines(false) };
  });

it.each(databaseNames)('the migrations of %s make the tables of tables.sql', async (name) => {
  const [source, migrated] = await Promise.all([platformDatabase(), testDatabase(name)]);
  const expected = await definitions(source.url);
  expect(expected.columns.length).toBeGreaterThan(15);
  expect(expected.others.length).toBeGreaterThan(5);
  const found = await definitions(migrated.url);
  expect(found.columns).toEqual(expected.columns);
  // A subgraph may have further indexes.
  expect(found.others).toEqual(expect.arrayContaining(expected.others));
  await Promise.all([source.dispose(), migrated.dispose()]);
});
