/** Relay connections over keyset pages: stable while rows come and go, and as quick on page 1000 as on page 1. */
import { type Id, type Noun, parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Page {
  readonly limit: number;
  /** The key after which to go on; what is in it is the query's own business. */
  readonly after: readonly string[] | undefined;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const defaultPage = 20;
// 100: what one DataLoader batch and one screen of any client can use.
export const largestPage = 100;

/** Checks the arguments of a connection. A page outside 1..100 or a cursor that is none of ours: `BAD_USER_INPUT`. */
export const parsePage = ({ first, after }: PageArgs, keyParts = 1): Page => {
  const limit = first ?? defaultPage;
  if (limit < 1 || limit > largestPage)
    throw new CallerFault('BAD_USER_INPUT', `"first" must be from 1 to ${largestPage}.`);
  return { limit, after: after == null ? undefined : decodeCursor(after, keyParts) };
};

const encodeCursor = (key: readonly string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Text that PostgreSQL can hold: a forged cursor must not reach a query that then fails as if it were our fault. */
const isStorable = (part: unknown): part is string =>
  typeof part === 'string' && part.isWellFormed() && !part.includes('\0');

const decodeCursor = (cursor: string, keyParts: number): readonly string[] => {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === keyParts && key.every(isStorable)) return key;
  } catch {
    // falls through to the one answer for every cursor that is not ours
  }
  throw notACursor();
};

export const notACursor = () => new CallerFault('BAD_USER_INPUT', 'The cursor is not a cursor of this list.');

/** Makes a connection of `limit + 1` rows (the extra one shows that there is a next page). */
export const connection = <T>(
  rows: readonly T[],
  { limit, after }: Page,
  keyOf: (row: T) => readonly string[],
): Connection<T> => {
  const edges = rows.slice(0, limit).map((node) => ({ cursor: encodeCursor(keyOf(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > limit,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};

export interface TwoWayPageArgs extends PageArgs {
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page that goes on from a key in the order of the list or, `isBackward`, against it. */
export interface TwoWayPage {
  readonly limit: number;
  readonly from: readonly string[] | undefined;
  readonly isBackward: boolean;
}

/** The same for lists that are also read from their end. "first" goes with "after" and "last" with "before": `BAD_USER_INPUT` otherwise. */
export const parseTwoWayPage = ({ first, after, last, before }: TwoWayPageArgs, keyParts = 1): TwoWayPage => {
  const isBackward = last != null || before != null;
  if (isBackward && (first != null || after != null))
    throw new CallerFault('BAD_USER_INPUT', '"first" and "after" do not go together with "last" and "before".');
  if (isBackward && last != null && (last < 1 || last > largestPage))
    throw new CallerFault('BAD_USER_INPUT', `"last" must be from 1 to ${largestPage}.`);
  const page = parsePage(isBackward ? { first: last, after: before } : { first, after }, keyParts);
  return { limit: page.limit, from: page.after, isBackward };
};

/** Makes a connection of up to `limit + 1` rows in the direction of the page. */
export const twoWayConnection = <T>(
  rows: readonly T[],
  { limit, from, isBackward }: TwoWayPage,
  keyOf: (row: T) => readonly string[],
): Connection<T> => {
  const ahead = connection(rows, { limit, after: from }, keyOf);
  if (!isBackward) return ahead;
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = ahead.pageInfo;
  return {
    edges: ahead.edges.toReversed(),
    pageInfo: {
      hasNextPage: hasPreviousPage,
      hasPreviousPage: hasNextPage,
      startCursor: endCursor,
      endCursor: startCursor,
    },
  };
};

/** A page of a list that is ordered by one id. */
export interface PageById<N extends Noun> {
  readonly limit: number;
  /** The last one of the page before. */
  readonly after: Id<N> | undefined;
}

/** The page that the arguments ask for, of a list ordered by id. `read` gives up to `limit + 1` rows. */
export const connectionById = async <N extends Noun, T extends { readonly id: Id<N> }>(
  noun: N,
  args: PageArgs,
  read: (page: PageById<N>) => Promise<readonly T[]>,
): Promise<Connection<T>> => {
  const page = parsePage(args);
  const after = page.after && parseId(noun, page.after[0] ?? '');
  if (page.after && !after) throw notACursor();
  return connection(await read({ limit: page.limit, after }), page, ({ id }) => [id]);
};
