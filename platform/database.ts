/** How a subgraph's Prisma client reaches its PostgreSQL. */
import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { traceStatements } from './tracing-sql.ts';

const utc = '-c timezone=UTC';

/**
 * Prisma's driver adapter over node-postgres. Named statements let PostgreSQL keep the plan of a query that this
 * connection has run before; the name is a digest, because two queries must never share one.
 * Give the client `errorFormat: 'minimal'` as well: Prisma's other formats print the arguments of a failed query, payment
 * tokens and all, into the message that ends up in the logs.
 */
export const prismaAdapter = (connectionString: string, poolSize: number): PrismaPg => {
  const adapter = new PrismaPg(
    // 5 s to get a connection: a database that is away must turn into an error while the caller still waits.
    // UTC, whatever the server prefers: the adapter sends instants without a zone, and they would be taken for local time.
    { connectionString, max: poolSize, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 60_000, options: utc },
    { statementNameGenerator: ({ sql }) => createHash('sha1').update(sql).digest('base64url') },
  );
  const connect = adapter.connect.bind(adapter);
  adapter.connect = async () => traceStatements(await connect());
  return adapter;
};
