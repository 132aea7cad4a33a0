/** The shadow copy of a read model: tables of the same form in a schema of their own, and the exchange of the two. */
import pg from '#platform/database/pg.ts';
import type { ReadModel } from '#platform/service/descriptor.ts';

/** A backup leaves such schemas out: what a killed rebuild has left is nothing that anybody needs. */
export const shadowPrefix = 'rebuild_';
export const shadowSchemaOf = (readModel: string): string => `${shadowPrefix}${readModel}`;

interface Places {
  readonly model: ReadModel;
  /** Where the service's tables are. */
  readonly live: string;
  readonly shadow: string;
}

const at = (schema: string, table: string): string => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;

const rootOf = ({ tables: [root] }: ReadModel) => {
  if (!root) throw new Error('a read model without a table');
  return root;
};

/** One rebuild at a time; ends with the connection, also when this process is killed. False when there is another. */
export const lockRebuild = async (client: pg.Client, shadow: string): Promise<boolean> => {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
    [shadow],
  );
  return rows[0]?.locked ?? false;
};

/**
 * Makes it anew, empty, with an inbox of its own: the service's knows all these messages. Unlogged: it need not survive a
 * crash, and costs half as much. Without foreign keys, which would be checked twice.
 */
export const createShadow = async (client: pg.Client, { model, live, shadow }: Places): Promise<void> => {
  await dropShadow(client, shadow);
  const tables = [...model.tables.map(({ name }) => name), 'inbox_message'];
  await client.query(
    [
      `CREATE SCHEMA ${pg.escapeIdentifier(shadow)}`,
      ...tables.map((name) => `CREATE UNLOGGED TABLE ${at(shadow, name)} (LIKE ${at(live, name)} INCLUDING ALL)`),
    ].join(';\n'),
  );
};

export const dropShadow = (client: pg.Client, shadow: string): Promise<unknown> =>
  client.query(`DROP SCHEMA IF EXISTS ${pg.escapeIdentifier(shadow)} CASCADE`);

/** An aggregate of which the live table has a later sequence than the shadow, or which the shadow does not have. */
export interface Ahead {
  readonly id: string;
  readonly sequence: number;
}

const ahead = ({ model, live, shadow }: Places): string => {
  const { name, key } = rootOf(model);
  return `
    SELECT live.${key} AS id, live.sequence
      FROM ${at(live, name)} live LEFT JOIN ${at(shadow, name)} shadow ON shadow.${key} = live.${key}
     WHERE shadow.${key} IS NULL OR live.sequence > shadow.sequence`;
};

/** Either has come in since its page was read, or is wrong: the source knows. */
export const aheadOfShadow = async (client: pg.Client, places: Places): Promise<readonly Ahead[]> =>
  (await client.query<Ahead>(ahead(places))).rows;

export const shadowSequences = async (
  client: pg.Client,
  { model, shadow }: Places,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const { name, key } = rootOf(model);
  const { rows } = await client.query<Ahead>(
    `SELECT ${key} AS id, sequence FROM ${at(shadow, name)} WHERE ${key} = ANY ($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, sequence }) => [id, sequence]));
};

export interface Exchange {
  /** Rows that were missing, or were not as they are now. */
  readonly written: number;
  readonly removed: number;
  /** Aggregates that are newer than the shadow, and stay as they are. */
  readonly kept: number;
}

// 10 s: a message is processed in milliseconds. Meanwhile nothing else can write, so it is not waited for longer.
const lockWithinMs = 10_000;

/**
 * Puts the shadow's rows in the place of the live ones, in one transaction. Readers see the old ones until it commits; those
 * who write wait. What is newer in the live tables stays; `disowned` is not newer: the source has just said that it has nothing
 * of that sequence. Rows that are equal are not touched.
 */
export const exchange = async (client: pg.Client, places: Places, disowned: readonly Ahead[]): Promise<Exchange> => {
  const { model, live } = places;
  const tables = model.tables.map(({ name }) => at(live, name));
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = ${lockWithinMs}`);
    await client.query(`LOCK TABLE ${tables.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
    // Utility statements take no parameters.
    const literal = pg.escapeLiteral(JSON.stringify(disowned));
    const kept = await client.query(`
      CREATE TEMPORARY TABLE kept_aggregate ON COMMIT DROP AS
      SELECT id FROM (${ahead(places)}) AS ahead
       WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(${literal}::jsonb) AS disowned (id text, sequence int)
                          WHERE disowned.id = ahead.id AND disowned.sequence = ahead.sequence)`);
    let [written, removed] = [0, 0];
    for (const table of model.tables) written += await write(client, places, table);
    // Those that refer to others go first.
    for (const table of model.tables.toReversed()) removed += await remove(client, places, table);
    await client.query('COMMIT');
    return { written, removed, kept: kept.rowCount ?? 0 };
  } catch (fault) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw fault;
  }
};

type Table = ReadModel['tables'][number];

const write = async (client: pg.Client, { live, shadow }: Places, { name, key, aggregate }: Table): Promise<number> => {
  const { rows } = await client.query<{ attname: string }>(
    `SELECT attname FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [at(live, name)],
  );
  const columns = rows.map(({ attname }) => pg.escapeIdentifier(attname));
  const { rowCount } = await client.query(`
    INSERT INTO ${at(live, name)} (${columns.join(', ')})
    SELECT ${columns.map((column) => `shadow.${column}`).join(', ')}
      FROM ${at(shadow, name)} shadow LEFT JOIN ${at(live, name)} live ON live.${key} = shadow.${key}
     WHERE (live.${key} IS NULL OR (${columns.map((column) => `live.${column}`).join(', ')})
                    IS DISTINCT FROM (${columns.map((column) => `shadow.${column}`).join(', ')}))
       AND NOT EXISTS (SELECT FROM kept_aggregate WHERE kept_aggregate.id = shadow.${aggregate})
        ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`);
  return rowCount ?? 0;
};

const remove = async (
  client: pg.Client,
  { live, shadow }: Places,
  { name, key, aggregate }: Table,
): Promise<number> => {
  const { rowCount } = await client.query(`
    DELETE FROM ${at(live, name)} live
     WHERE NOT EXISTS (SELECT FROM ${at(shadow, name)} shadow WHERE shadow.${key} = live.${key})
       AND NOT EXISTS (SELECT FROM kept_aggregate WHERE kept_aggregate.id = live.${aggregate})`);
  return rowCount ?? 0;
};
