import type { PrismaPg } from '@prisma/adapter-pg';
import type { DatabaseName } from '#ops/services.ts';
import { prismaAdapter } from '#platform/database/database.ts';
import { testDatabase } from './postgres.ts';

interface ObservedClient {
  $on(event: 'query', listener: (event: { readonly query: string }) => void): void;
  $disconnect(): Promise<void>;
}

interface ClientOptions {
  adapter: PrismaPg;
  errorFormat: 'minimal';
  log: [{ emit: 'event'; level: 'query' }];
}

/** A subgraph's database, new and migrated, its Prisma client, and every SQL statement that the client has sent. */
export const subgraphDatabase = async <Client extends ObservedClient>(
  name: DatabaseName,
  open: (options: ClientOptions) => Client,
) => {
  const database = await testDatabase(name);
  const prisma = open({
    adapter: prismaAdapter(database.url, 10),
    errorFormat: 'minimal',
    log: [{ emit: 'event', level: 'query' }],
  });
  const statements: string[] = [];
  prisma.$on('query', ({ query }) => statements.push(query));
  const dispose = async () => {
    await prisma.$disconnect();
    await database.dispose();
  };
  return { prisma, databaseUrl: database.url, statements, dispose };
};
