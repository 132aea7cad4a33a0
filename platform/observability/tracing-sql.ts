/** One span per statement that Prisma sends, inside a request or message that is being traced. */
import type { SqlDriverAdapter, SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import { inChildSpan, SpanKind, type SpanOptions } from './tracing.ts';

/**
 * Makes the adapter's statements spans, those of its transactions too. At the adapter and not at the driver: here it is
 * still the caller's context, and the time spent waiting for a free connection counts.
 */
export const traceStatements = <A extends SqlDriverAdapter>(adapter: A): A => {
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) =>
    traced(await inChildSpan(described('BEGIN'), () => startTransaction(isolationLevel)));
  return traced(adapter);
};

const traced = <Q extends SqlQueryable>(queryable: Q): Q => {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  queryable.queryRaw = (query) => statement(query, () => queryRaw(query));
  queryable.executeRaw = (query) => statement(query, () => executeRaw(query));
  return queryable;
};

// The statement is a template: Prisma's and ours have $1 where a value goes, and the values travel apart.
const statement = <T>({ sql }: SqlQuery, send: () => Promise<T>): Promise<T> => inChildSpan(described(sql), send);

const described = (sql: string) => (): [string, SpanOptions] => [
  summary(sql),
  { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': sql } },
];

const verb = /^\s*(\w+)/;
const table = /\b(?:FROM|INTO|UPDATE)\s+(?:"?\w+"?\.)?"?(\w+)"?/i;

/** `SELECT order_line`: what is done to the first table that is named. */
export const summary = (sql: string): string =>
  [verb.exec(sql)?.[1]?.toUpperCase() ?? 'SQL', table.exec(sql)?.[1]].filter(Boolean).join(' ');
