/**
 * Trusted documents on disk, in Apollo's persisted query manifest format, so that other tools can read and write them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'graphql';
import { z } from 'zod';

export const manifestFormat = 'apollo-persisted-query-manifest';

export const Manifest = z.object({
  format: z.literal(manifestFormat),
  version: z.literal(1),
  operations: z.array(
    z.object({
      /** What a client sends in place of the document; ours are the SHA-256 of the body. */
      id: z.string().min(1),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string().refine(isGraphql, 'is not a GraphQL document'),
      clientName: z.string().nullish(),
    }),
  ),
});
export type Manifest = z.output<typeof Manifest>;

export type Documents = ReadonlyMap<string, string>;

/**
 * A folder stands for its `.json` files. An empty one is an error: it looks like an unfinished deployment, and trusting
 * nothing would mean answering nothing.
 */
export const manifestFiles = (places: readonly string[]): string[] =>
  places.flatMap((place) => {
    if (!statSync(place).isDirectory()) return [place];
    const names = readdirSync(place).filter((name) => name.endsWith('.json'));
    if (names.length === 0) throw new Error(`${place}: no .json file in this folder`);
    return names.toSorted().map((name) => path.join(place, name));
  });

/** Throws an error that names the file when a manifest is unusable. */
export const readManifests = (places: readonly string[]): Documents => {
  const documents = new Map<string, string>();
  for (const file of manifestFiles(places)) {
    for (const { id, body } of readManifest(file)) {
      if ((documents.get(id) ?? body) !== body)
        throw new Error(`${file}: ${id} is a different document in another manifest`);
      documents.set(id, body);
    }
  }
  return documents;
};

const readManifest = (file: string): Manifest['operations'] => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof SyntaxError ? 'is not JSON' : (error as Error).message}`);
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data.operations;
  const [issue] = parsed.error.issues;
  throw new Error(`${file}: ${issue?.path.join('.') || 'the manifest'}: ${issue?.message}`);
};

function isGraphql(text: string): boolean {
  try {
    parse(text, { noLocation: true });
    return true;
  } catch {
    return false;
  }
}
