import { expect, it } from 'vitest';
import { findingsIn } from './migrations.ts';

const found = async (sql: string) =>
  (await findingsIn('prisma/order/migrations/2/migration.sql', sql)).map(
    ({ subject, message, remediation }) => `${subject} ${message} → ${remediation}`,
  );

it.each([
  [
    'a column that needs a value',
    'ALTER TABLE cart ADD COLUMN mood text NOT NULL',
    /adds mood NOT NULL without a default/,
  ],
  [
    'a default for each row',
    'ALTER TABLE cart ADD COLUMN key uuid DEFAULT gen_random_uuid()',
    /computes the default of key.*rewritten/,
  ],
  [
    'a generated column',
    'ALTER TABLE cart ADD COLUMN low text GENERATED ALWAYS AS (lower(id)) STORED',
    /generates low/,
  ],
  ['another type', 'ALTER TABLE cart ALTER COLUMN id TYPE varchar(40)', /changes the type of id.*rewritten/],
  ['a column that may not be null any more', 'ALTER TABLE cart ALTER COLUMN id SET NOT NULL', /reads the whole table/],
  [
    'a constraint on old rows',
    'ALTER TABLE cart ADD CONSTRAINT small CHECK (size < 9)',
    /checks all rows for small.*NOT VALID/,
  ],
  [
    'a foreign key on old rows',
    'ALTER TABLE cart ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b(id)',
    /checks all rows for f/,
  ],
  ['a unique constraint', 'ALTER TABLE cart ADD CONSTRAINT u UNIQUE (a)', /builds the index of u.*USING INDEX/],
  ['an index', 'CREATE INDEX i ON cart (a)', /index i while nobody can write to cart.*CONCURRENTLY/],
  ['an index that cannot be', 'CREATE INDEX CONCURRENTLY i ON cart (a)', /inside a transaction, which fails.*by hand/],
  ['a column that goes', 'ALTER TABLE cart DROP COLUMN a', /drops a, which the running release may still read/],
  ['another name', 'ALTER TABLE cart RENAME COLUMN a TO b', /renames a, which the running release/],
  ['a table that goes', 'DROP TABLE cart', /drops a table/],
  ['a change of all rows', 'UPDATE cart SET a = 1', /all rows in one transaction.*batches/],
])('finds %s', async (_, sql, finding) => {
  expect(await found(sql)).toEqual([expect.stringMatching(finding)]);
});

it('names the line, and is content with a reason above the statement', async () => {
  const sql = 'CREATE TABLE a (id text);\n\n-- An index.\nCREATE INDEX i ON cart (x);\n';
  expect(await found(sql)).toEqual([expect.stringMatching(/^prisma\/order\/migrations\/2\/migration\.sql:4 /)]);
  expect(await found(sql.replace('An index.', 'live: carts are few.'))).toEqual([]);
});

it.each([
  "CREATE TABLE fresh (id text); CREATE INDEX i ON fresh (id); ALTER TABLE fresh ADD CONSTRAINT c CHECK (id > '')",
  'ALTER TABLE cart ADD COLUMN mood text',
  "ALTER TABLE cart ADD COLUMN mood text NOT NULL DEFAULT 'fine'",
  'ALTER TABLE cart ADD COLUMN at timestamptz NOT NULL DEFAULT now()',
  'ALTER TABLE cart ADD CONSTRAINT small CHECK (size < 9) NOT VALID',
  'ALTER TABLE cart VALIDATE CONSTRAINT small',
  'ALTER TABLE cart ADD CONSTRAINT u UNIQUE USING INDEX i',
])('lets pass: %s', async (sql) => {
  expect(await found(sql)).toEqual([]);
});

it('does not pass over what it cannot read', async () => {
  expect(await found('ALTER TABEL cart')).toEqual([expect.stringMatching(/cannot be parsed: syntax error/)]);
});
