/** Variables and bounds of where the supergraph comes from. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { variable } from '#platform/config/config.ts';

export const schemaVariables = {
  // At most one of these three; none means the file that `npm run compose` makes. A new text at the file or the URL goes
  // live without a restart; one that cannot be served does not, and the one before stays.
  SUPERGRAPH_FILE: z
    .string()
    .refine((file) => existsSync(file), 'there is no such file (npm run compose makes supergraph.graphql)')
    .optional(),
  SUPERGRAPH_URL: variable.url('http', 'https').optional(),
  SUPERGRAPH_SDL: z.string().optional(),
  // Sent as a bearer token to SUPERGRAPH_URL, for a registry that is not open to all.
  SUPERGRAPH_URL_TOKEN: z.string().optional(),
  // How often the source is looked at: a file each second, which costs one `stat`; a URL each 5 s, which costs a 304.
  SUPERGRAPH_POLL_MS: z.coerce.number().int().min(20).optional(),
};

export const schemaBounds = {
  // A URL that has not given its text by then is away; the next look tries again.
  fetchTimeoutMs: 10_000,
  // Supergraphs of a thousand subgraphs are a few MiB.
  maxSupergraphBytes: 33_554_432,
  // 16 MiB: parsed and validated documents, a thousand as large as ours on average. Anybody may send new ones; the ones
  // that were not used for longest go, and cost their next client a few milliseconds.
  documentsBytes: 16_777_216,
  // 4 MiB: the documents that are remembered, to be planned again for the next supergraph. A shop has some dozens, and
  // most of them are the very ones that are kept above.
  operationsRememberedBytes: 4_194_304,
  // Of those, the most used are planned before a switch: at about 3 ms each well under a second.
  operationsReplanned: 200,
  // 8 MiB: plans kept for one supergraph. Ours take 1 KiB on average, the largest 5.
  plansBytes: 8_388_608,
};

type Sources = Partial<Record<keyof typeof schemaVariables, string | number | undefined>>;

/** For the whole of the variables: what no single one of them shows. */
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

/** The checkout's own supergraph. */
export const defaultSupergraphFile = path.join(import.meta.dirname, '../../supergraph.graphql');
