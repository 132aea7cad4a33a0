/** npm run generate [-- --force]: makes the Prisma clients and GraphQL types that are missing or stale. */
import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { subgraphs } from '#ops/services.ts';
import { typedOperations } from '../codegen.ts';
import { type Artifact, makeStale } from './generate/artifact.ts';
import { operationTypes, resolverTypes } from './generate/graphql-types.ts';

const root = path.resolve(import.meta.dirname, '..');

/** A subgraph's files are left out until they are written. */
const artifacts = (): Artifact[] => {
  const has = (file: string): boolean => existsSync(path.join(root, file));
  const documents = globSync(typedOperations, { cwd: root });
  // One with a program of its own may be written in another language.
  const ours = subgraphs.filter(({ program }) => !program).map(({ name }) => name);
  return [
    ...ours.filter((name) => has(`prisma/${name}/schema.prisma`)).map((name) => prismaClient(root, name)),
    ...ours.filter((name) => has(`subgraphs/${name}/schema.graphql`)).map((name) => resolverTypes(root, name)),
    ...(documents.length > 0 && has('supergraph.graphql') ? [operationTypes(root, documents)] : []),
  ];
};

/** The Prisma client of one subgraph's database. */
const prismaClient = (root: string, name: string): Artifact => ({
  output: `prisma/${name}/client`,
  inputs: [`prisma/${name}/schema.prisma`, `prisma/${name}/prisma.config.ts`],
  tools: ['prisma', '@prisma/client'],
  make: async () => {
    const cli = path.join(root, 'node_modules/prisma/build/index.js');
    const config = path.join(root, 'prisma', name, 'prisma.config.ts');
    await promisify(execFile)(process.execPath, [cli, 'generate', '--config', config], {
      cwd: root,
      env: {
        ...process.env,
        // Generating a client needs no engine, yet Prisma downloads one unless it is given an existing file. Any will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: 'true',
        CHECKPOINT_DISABLE: '1',
      },
    });
  },
});

/** Brings everything that is generated up to date; returns what was made. */
export const generate = (options: { force?: boolean; report?: (line: string) => void } = {}): Promise<string[]> =>
  makeStale(root, artifacts(), options);

if (import.meta.main) {
  await generate({ force: process.argv.includes('--force'), report: console.log }).catch((fault: Error) => {
    console.error(fault.message);
    process.exitCode = 1;
  });
}
