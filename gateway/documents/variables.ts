/** Variables of trusted documents and automatic persisted queries. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
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
  // Unlisted documents are allowed (off), allowed and logged once each (log), or refused (require).
  TRUSTED_DOCUMENTS: z.enum(['off', 'log', 'require']).default('off'),
  // Comma-separated manifest files or folders; by default operations/manifest.json beside the supergraph file. Reloaded
  // when they change. Clients may send an id from them in every mode.
  TRUSTED_DOCUMENTS_MANIFEST: usableManifests.optional(),
  // Roles that may send any document all the same, comma-separated; or none. Admins may do everything anyway, and need
  // the playground.
  TRUSTED_DOCUMENTS_EXEMPT_ROLES: words
    .transform((roles) => roles.filter((role) => role !== 'none'))
    .pipe(z.array(z.string().regex(/^[A-Z][A-Z0-9_]{0,39}$/, 'a role is written in capitals')))
    .prefault('ADMIN'),

  // Automatic persisted queries: clients may register a document once and send its hash from then on. Always off when
  // TRUSTED_DOCUMENTS=require.
  APQ: z.enum(['on', 'off']).default('on'),
  // For all registered documents: 16 MiB hold about 10,000. The oldest are evicted first.
  APQ_MAX_BYTES: z.coerce.number().int().min(65_536).default(16_777_216),
  // One day: an expired document costs its client one more request.
  APQ_TTL_SECONDS: z.coerce.number().int().positive().default(86_400),
};

export type DocumentVariables = z.output<z.ZodObject<typeof documentVariables>>;

export type SupergraphVariables = Partial<
  Record<'SUPERGRAPH_FILE' | 'SUPERGRAPH_URL' | 'SUPERGRAPH_SDL', string | undefined>
>;

/** The configured manifests, else the one beside the supergraph file. */
export const manifestPlaces = (
  variables: Pick<DocumentVariables, 'TRUSTED_DOCUMENTS_MANIFEST'> & SupergraphVariables,
): readonly string[] => {
  const { TRUSTED_DOCUMENTS_MANIFEST: named, SUPERGRAPH_FILE, SUPERGRAPH_URL, SUPERGRAPH_SDL } = variables;
  if (named) return named;
  if (SUPERGRAPH_URL || SUPERGRAPH_SDL) return [];
  const beside = path.join(path.dirname(SUPERGRAPH_FILE ?? defaultSupergraphFile), 'operations/manifest.json');
  return existsSync(beside) ? [beside] : [];
};

/** Requires a list where documents must be listed: without one every document would be refused. */
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
