/** What a database of ours is made of: its tables in an order in which they can be filled, and its sequences. */
import pg from '#platform/database/pg.ts';

export interface Table {
  readonly schema: string;
  readonly name: string;
  /** Without those that PostgreSQL computes. */
  readonly columns: readonly string[];
}

export interface Sequence {
  readonly schema: string;
  readonly name: string;
  /** The last number that it gave, or null when it never gave one. */
  readonly last: string | null;
}

type Named = Pick<Table, 'schema' | 'name'>;

export const nameOf = ({ schema, name }: Named): string => `${schema}.${name}`;
export const quoted = ({ schema, name }: Named): string =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

// Extensions bring their own tables and fill them.
const ofOurs = `
      namespace.nspname !~ '^pg_' AND namespace.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = relation.oid AND deptype = 'e')`;

const tables = `
  SELECT namespace.nspname AS schema, relation.relname AS name,
         array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = '') AS columns
    FROM pg_class relation
    JOIN pg_namespace namespace ON namespace.oid = relation.relnamespace
    JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
   WHERE relation.relkind = 'r' AND ${ofOurs}
   GROUP BY 1, 2 ORDER BY 1, 2`;

const references = `
  SELECT referrer_schema.nspname || '.' || referrer.relname AS referrer, referred_schema.nspname || '.' || referred.relname AS referred
    FROM pg_constraint
    JOIN pg_class referrer ON referrer.oid = conrelid
    JOIN pg_namespace referrer_schema ON referrer_schema.oid = referrer.relnamespace
    JOIN pg_class referred ON referred.oid = confrelid
    JOIN pg_namespace referred_schema ON referred_schema.oid = referred.relnamespace
   WHERE contype = 'f' AND conrelid <> confrelid`;

const sequences = `
  SELECT schemaname AS schema, sequencename AS name, last_value::text AS last
    FROM pg_sequences WHERE schemaname !~ '^pg_' ORDER BY 1, 2`;

/** Every table that holds data of ours, whoever is referred to before whoever refers. */
export const tablesOf = async (client: pg.Client): Promise<readonly Table[]> => {
  const { rows } = await client.query<Table>(tables);
  const edges = (await client.query<Reference>(references)).rows;
  return referredFirst(rows, edges);
};

export const sequencesOf = async (client: pg.Client): Promise<readonly Sequence[]> =>
  (await client.query<Sequence>(sequences)).rows;

interface Reference {
  readonly referrer: string;
  readonly referred: string;
}

/** A table that refers to itself is no matter: PostgreSQL looks at the end of the statement that fills it. */
export const referredFirst = <T extends Named>(all: readonly T[], references: readonly Reference[]): readonly T[] => {
  const ordered: T[] = [];
  let left = [...all];
  while (left.length > 0) {
    const names = new Set(left.map(nameOf));
    const waits = (table: T) =>
      references.some(({ referrer, referred }) => referrer === nameOf(table) && names.has(referred));
    const free = left.filter((table) => !waits(table));
    if (free.length === 0) throw new Error(`these tables refer to each other in a circle: ${[...names].join(', ')}`);
    ordered.push(...free);
    left = left.filter(waits);
  }
  return ordered;
};
