/** Relay is the strictest of clients: what its compiler accepts, pages and refetches as the specification says. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { breach, type Check } from '../check.ts';
import { apiOf } from '../graph.ts';
import { root } from '../world.ts';

export const relay: Check = {
  name: 'relay',
  title: 'relay-compiler accepts the graph, with connections that page and fragments that refetch.',
  needs: 'files',
  run: async (world) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'agora-relay-'));
    try {
      const { code, said } = await compileIn(folder, apiOf(world).sdl);
      return code === 0
        ? []
        : [breach('tools/contracts/clients/relay', said, 'Keep connections and ids as Relay expects them.')];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const compileIn = async (folder: string, sdl: string): Promise<{ code: number | null; said: string }> => {
  await mkdir(path.join(folder, 'artifacts'));
  await cp(path.join(root, 'tools/contracts/clients/relay'), path.join(folder, 'source'), { recursive: true });
  await writeFile(path.join(folder, 'schema.graphql'), sdl);
  const config = {
    src: './source',
    schema: './schema.graphql',
    language: 'typescript',
    artifactDirectory: './artifacts',
    eagerEsModules: true,
  };
  await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config));
  const binary = createRequire(import.meta.url)('relay-compiler') as string;
  const compiler = spawn(binary, ['relay.config.json', '--noWatchman'], { cwd: folder });
  const [out, err, code] = await Promise.all([
    text(compiler.stdout),
    text(compiler.stderr),
    new Promise<number | null>((resolve, reject) => compiler.once('error', reject).once('close', resolve)),
  ]);
  return { code, said: `${out}\n${err}`.trim() };
};
