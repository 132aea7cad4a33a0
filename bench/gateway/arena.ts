/** A graph's canned subgraphs, and the supergraph for whoever is measured in front of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeExit } from '#platform/process/termination.ts';
import type { Arena } from './contenders/contenders.ts';
import { graphOf } from './graphs/graphs.ts';
import { startSubgraphs } from './subgraphs.ts';

interface OpenArena extends Arena {
  close(): Promise<void>;
}

export const openArena = async (graph: string): Promise<OpenArena> => {
  const subgraphs = await startSubgraphs(graphOf(graph));
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-bench-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const forget = beforeExit(removeFolder);
  const close = async () => {
    await subgraphs.stop();
    await removeFolder();
    forget();
  };
  const supergraphFile = path.join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, subgraphs.supergraph);
  return { graph, subgraphs, supergraphFile, close };
};
