import { expect, it } from 'vitest';
import { platformDatabase } from '#kit/postgres/platform-tables.ts';
import { testDatabase } from '#kit/postgres/postgres.ts';
import { subgraphNames } from '#ops/services.ts';
import { withClient } from '../database/client.ts';

const tables = "('outbox_message', 'inbox_message', 'idempotency_key')";

/** Columns, indexes, triggers and the trigger's function, as lines; a subgraph may have further indexes, and names its trigger as it likes. */
const definitions = (url: string): Promise<string[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ line: string }>(`
      SELECT format('%s.%s %s(%s) %s %s', table_name, column_name, data_type, datetime_precision, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN ${tables}
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ${tables}
      UNION ALL SELECT replace(pg_get_triggerdef(oid), tgname, 'its_name') FROM pg_trigger
                 WHERE NOT tgisinternal AND tgrelid = 'outbox_message'::regclass
      UNION ALL SELECT rtrim(regexp_replace(prosrc, '\\s+', ' ', 'g'), '; ') FROM pg_proc WHERE proname = 'notify_outbox_message'
      UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
                 WHERE contype <> 'n' AND conrelid IN ('outbox_message'::regclass, 'inbox_message'::regclass, 'idempotency_key'::regclass)`);
    return rows.map(({ line }) => line).toSorted();
  });

it.each(subgraphNames)('the migrations of %s make the tables of tables.sql', async (name) => {
  const [source, migrated] = await Promise.all([platformDatabase(), testDatabase(name)]);
  const expected = await definitions(source.url);
  expect(expected.length).toBeGreaterThan(30);
  expect(await definitions(migrated.url)).toEqual(expect.arrayContaining(expected));
  await Promise.all([source.dispose(), migrated.dispose()]);
});
