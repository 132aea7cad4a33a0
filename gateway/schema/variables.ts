/** Variables and bounds of the supergraph. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { variable } from '#platform/config/config.ts';

export const schemaVariables = {
  // At most one of these three; by default the file that `npm run compose` makes. A changed file or URL goes live
  // without a restart; an unusable one does not, and the current supergraph stays.
  SUPERGRAPH_FILE: z
    .string()
    .refine((file) => existsSync(file), 'there is no such file (npm run compose makes supergraph.graphql)')
    .optional(),
  SUPERGRAPH_URL: variable.url('http', 'https').optional(),
  SUPERGRAPH_SDL: z.string().optional(),
  // Bearer token for SUPERGRAPH_URL, for a private registry.
  SUPERGRAPH_URL_TOKEN: z.string().optional(),
  // Poll interval: by default 1 s for a file, which costs one `stat`, and 5 s for a URL, which costs a 304.
  SUPERGRAPH_POLL_MS: z.coerce.number().int().min(20).optional(),
};

export const schemaBounds = {
  // 10 s: then the URL counts as unreachable, and the next poll tries again.
  fetchTimeoutMs: 10_000,
  // 32 MiB: supergraphs of a thousand subgraphs have a few MiB.
  maxSupergraphBytes: 33_554_432,
  // 16 MiB of parsed and validated documents: a thousand of our average size. Anybody may send new ones; evicted
  // documents cost their next client a few milliseconds.
  documentsBytes: 16_777_216,
  // 4 MiB of documents to be planned for the next supergraph. A shop has some dozens, mostly the same objects as above.
  operationsRememberedBytes: 4_194_304,
  // 200: planned before a switch, at about 3 ms each well under a second.
  operationsReplanned: 200,
  // 8 MiB of plans per supergraph. Ours take 1 KiB on average, the largest 5.
  plansBytes: 8_388_608,
};

type Sources = Partial<Record<keyof typeof schemaVariables, string | number | undefined>>;

export const checkSupergraphVariables = (config: Sources, context: z.core.$RefinementCtx<Sources>): void => {
  const given = (['SUPERGRAPH_FILE', 'SUPERGRAPH_URL', 'SUPERGRAPH_SDL'] as const).filter((name) => config[name]);
  for (const name of given.slice(1))
    context.addIssue({ code: 'custom', path: [name], message: `set, and ${given[0]} as well; keep one of them` });
  if (config.SUPERGRAPH_URL_TOKEN && !config.SUPERGRAPH_URL)
    context.addIssue({
      code: 'custom',
      path: ['SUPERGRAPH_URL_TOKEN'],
      message: 'set, but there is no SUPERGRAPH_URL',
    });
};

export const defaultSupergraphFile = path.join(import.meta.dirname, '../../supergraph.graphql');
