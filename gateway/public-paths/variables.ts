/** Variables and bounds of what is passed on past the graph. */
import { z } from 'zod';

export const publicPathsVariables = {
  // 128 at once, each 20 KiB of buffers here: a hundred pictures a second at most a second each, beside some uploads.
  PUBLIC_PATHS_CONCURRENCY: z.coerce.number().int().positive().default(128),
};

export type PublicPathsConfig = z.output<z.ZodObject<typeof publicPathsVariables>>;

export const publicPathBounds = {
  // 2 s: a host that does not accept a connection by then is down.
  connectTimeoutMs: 2_000,
  // 20 s: a service may wait 15 for a file store that is away.
  answerMs: 20_000,
  // 30 s for the body of a request that has no time of its own, as platform/http/server.ts has it.
  arrivalMs: 30_000,
  // 20 s between two pieces of an answer: its service has given up by then.
  idleMs: 20_000,
};
