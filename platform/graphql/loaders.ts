/** DataLoaders over reads that answer many keys in one statement. */
import DataLoader from 'dataloader';

// 1000: a gateway's largest fetch is one or two statements, and none comes near PostgreSQL's 65,535 parameters.
export const loaderBounds = { maxBatchSize: 1_000 };

/** The one row of each key; null where there is none. */
export const oneByKey = <K, T>(
  read: (keys: readonly K[]) => Promise<readonly T[]>,
  keyOf: (row: T) => K | null,
): DataLoader<K, T | null> =>
  new DataLoader(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  }, loaderBounds);

/** All rows of each key, in the order in which they were read. */
export const manyByKey = <K, T>(
  read: (keys: readonly K[]) => Promise<ReadonlyMap<K, readonly T[]>>,
): DataLoader<K, readonly T[]> =>
  new DataLoader(async (keys) => {
    const rows = await read(keys);
    return keys.map((key) => rows.get(key) ?? []);
  }, loaderBounds);
