import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Artifact } from './artifact.ts';

/** The Prisma client of one subgraph's database. */
export const prismaClient = (root: string, name: string): Artifact => ({
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
        // Generating a client needs no engine, yet Prisma downloads one unless it is told of a file that exists. Any will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: 'true',
        CHECKPOINT_DISABLE: '1',
      },
    });
  },
});
