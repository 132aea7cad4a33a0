import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { type GraphQLError, parse } from 'graphql';
import type { SubgraphName } from '#ops/services.ts';
import { documentTypes, type SubgraphCodegen, subgraphTypes } from '../../codegen.ts';
import { apiSchemaOf, composeSupergraph } from '../compose/composition.ts';
import type { Artifact } from './artifact.ts';

const tools = ['@graphql-codegen/cli', '@graphql-codegen/typescript', 'graphql'];

/** Types of one subgraph's resolvers. */
export const resolverTypes = (root: string, name: SubgraphName): Artifact => ({
  output: `subgraphs/${name}/graphql/types.generated.ts`,
  inputs: ['codegen.ts', `subgraphs/${name}/schema.graphql`, `subgraphs/${name}/codegen.json`],
  tools: [...tools, '@graphql-codegen/typescript-resolvers'],
  make: async () => {
    const additions = await readFile(path.join(root, 'subgraphs', name, 'codegen.json'), 'utf8').catch(() => '{}');
    await runCodegen(root, subgraphTypes(name, JSON.parse(additions) as SubgraphCodegen)).catch(async (fault) => {
      const file = `subgraphs/${name}/schema.graphql`;
      throw atItsPlace(faultsOfSdl(name, file, await readFile(path.join(root, file), 'utf8')), fault);
    });
  },
});

/** Types of every operation that TypeScript sends. */
export const operationTypes = (root: string, documents: string[]): Artifact => ({
  output: 'operations/documents.generated.ts',
  inputs: ['codegen.ts', 'gateway/documents/document-text.ts', 'supergraph.graphql', ...documents],
  tools: [
    ...tools,
    '@graphql-codegen/typescript-operations',
    '@graphql-codegen/typed-document-node',
    '@graphql-codegen/fragment-matcher',
  ],
  make: async () => {
    const supergraph = await readFile(path.join(root, 'supergraph.graphql'), 'utf8');
    await runCodegen(root, documentTypes(apiSchemaOf(supergraph))).catch(async (fault) => {
      const texts = documents.map(async (file) => faultsOfText(file, await readFile(path.join(root, file), 'utf8')));
      throw atItsPlace((await Promise.all(texts)).flat(), fault);
    });
  },
});

/** What the generator says of a schema that it cannot read names no line; composition and the parser do. */
const faultsOfSdl = (name: string, file: string, sdl: string): string[] => {
  const composed = composeSupergraph([{ name, url: '', file, sdl }]);
  return 'errors' in composed
    ? composed.errors.map(({ message, places }) => `${places.join(', ') || file}: ${message}`)
    : [];
};

const faultsOfText = (file: string, text: string): string[] => {
  try {
    parse(text);
    return [];
  } catch (fault) {
    const { message, locations } = fault as GraphQLError;
    return [`${file}:${locations?.[0]?.line}: ${message}`];
  }
};

const atItsPlace = (places: readonly string[], fault: Error): Error =>
  places.length > 0 ? new Error(places.join('\n'), { cause: fault }) : fault;

/** Through the library and not its command: a process of its own costs a second each. */
const runCodegen = async (root: string, config: CodegenConfig): Promise<void> => {
  const { generate } = await import('@graphql-codegen/cli');
  const files: { filename: string; content: string }[] = await generate({ ...config, cwd: root, silent: true }, false);
  for (const { filename, content } of files) {
    const file = path.resolve(root, filename);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
};
