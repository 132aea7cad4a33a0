import path from 'node:path';
import { sqlFromDatabaseTo } from './engine.ts';
import { type Server, withReplay } from './replay.ts';

/** The SQL that is missing from the migrations of a Prisma folder to make what its schema says; undefined when nothing is. */
export const findDrift = (server: Server, folder: string): Promise<string | undefined> =>
  withReplay(server, path.join(folder, 'migrations'), (url) =>
    sqlFromDatabaseTo(path.join(folder, 'schema.prisma'), url),
  );
