/** Variables and bounds of trusted documents and of automatic persisted queries. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Role } from '#contracts/viewer.ts';
import { defaultSupergraphFile } from '../schema/variables.ts';
import { readManifests } from './manifest.ts';

const words = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean),
);

const faultOf = (places: readonly string[]): string | undefined => {
  try {
    readManifests(places);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

const usableManifests = words.superRefine((places, context) => {
  const fault = faultOf(places);
  if (fault) context.addIssue({ code: 'custom', message: fault });
});

export const documentVariables = {
  // Documents that no manifest lists: pass unseen (off), pass and are logged once each (log), or are refused (require).
  TRUSTED_DOCUMENTS: z.enum(['off', 'log', 'require']).default('off'),
  // Manifests, or folders of them, with commas between; else operations/manifest.json beside the supergraph's file. They
  // are read again when they change. Clients may send an id from them in every mode.
  TRUSTED_DOCUMENTS_MANIFEST: usableManifests.optional(),
  // Who may send any document all the same, with commas between; or none. An admin may do whatever a document can say,
  // and needs the playground.
  TRUSTED_DOCUMENTS_EXEMPT_ROLES: words
    .transform((roles) => roles.filter((role) => role !== 'none'))
    .pipe(z.array(Role))
    .prefault('ADMIN'),

  // Automatic persisted queries: a client may register a document and send its hash from then on. Never while
  // TRUSTED_DOCUMENTS=require.
  APQ: z.enum(['on', 'off']).default('on'),
  // All registered documents together: 16 MiB are some 10,000 of them. The oldest go first.
  APQ_MAX_BYTES: z.coerce.number().int().min(65_536).default(16_777_216),
  // What nobody registered for a day is forgotten; it costs its client one more request.
  APQ_TTL_SECONDS: z.coerce.number().int().positive().default(86_400),
};

export type DocumentVariables = z.output<z.ZodObject<typeof documentVariables>>;

/** Where the supergraph is, for the manifest beside it. */
export type SupergraphVariables = Partial<
  Record<'SUPERGRAPH_FILE' | 'SUPERGRAPH_URL' | 'SUPERGRAPH_SDL', string | undefined>
>;

/** The manifests that were named, or the one that lies beside the supergraph, as ours does. */
export const manifestPlaces = (
  variables: Pick<DocumentVariables, 'TRUSTED_DOCUMENTS_MANIFEST'> & SupergraphVariables,
): readonly string[] => {
  const { TRUSTED_DOCUMENTS_MANIFEST: named, SUPERGRAPH_FILE, SUPERGRAPH_URL, SUPERGRAPH_SDL } = variables;
  if (named) return named;
  if (SUPERGRAPH_URL || SUPERGRAPH_SDL) return [];
  const beside = path.join(path.dirname(SUPERGRAPH_FILE ?? defaultSupergraphFile), 'operations/manifest.json');
  return existsSync(beside) ? [beside] : [];
};

/** For the whole of the variables: the list must be there and be good, or every document would be an unknown one. */
export const checkDocumentVariables = (
  variables: DocumentVariables & SupergraphVariables,
  context: z.core.$RefinementCtx,
): void => {
  const complain = (name: keyof DocumentVariables, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const places = manifestPlaces(variables);
  if (places.length === 0 && variables.TRUSTED_DOCUMENTS !== 'off')
    complain(
      'TRUSTED_DOCUMENTS',
      'needs a list: TRUSTED_DOCUMENTS_MANIFEST, or operations/manifest.json beside SUPERGRAPH_FILE',
    );
  const fault = faultOf(places);
  if (fault) complain('TRUSTED_DOCUMENTS_MANIFEST', fault);
};
