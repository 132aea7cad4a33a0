/** Who is measured: each a process of its own in front of the same canned subgraphs. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Subgraphs } from '../subgraphs.ts';
import { agoraBare, agoraFull } from './agora.ts';
import { type Contending, contending, type Program } from './process.ts';

export interface Arena {
  readonly graph: string;
  readonly subgraphs: Subgraphs;
  /** A file with the subgraphs' supergraph. */
  readonly supergraphFile: string;
}

export interface Contender {
  readonly title: string;
  /** Undefined when something it needs is not installed. */
  readonly start: ((arena: Arena) => Promise<Contending>) | undefined;
}

const here = (file: string) => path.join(import.meta.dirname, file);

const program =
  (programOf: (arena: Arena) => Program): Contender['start'] =>
  async (arena) =>
    contending(programOf(arena));

const peers = path.join(import.meta.dirname, '../../peers');
const arePeersInstalled = existsSync(path.join(peers, 'node_modules'));

/** What to do when `arePeersInstalled` is false. */
export const howToInstallPeers = 'npm ci --prefix bench/peers   # Hive Gateway; without it the others are measured';

const hive = (runtime: 'default' | 'rust'): Contender['start'] =>
  arePeersInstalled
    ? program(({ supergraphFile }) => ({
        main: path.join(peers, 'hive.mjs'),
        env: { SUPERGRAPH_FILE: supergraphFile, RUNTIME: runtime },
      }))
    : undefined;

export const contenders = {
  stock: {
    title: '@apollo/gateway + Apollo Server',
    start: program(({ supergraphFile }) => ({ main: here('stock.ts'), env: { SUPERGRAPH_FILE: supergraphFile } })),
  },
  hive: { title: 'Hive Gateway', start: hive('default') },
  'hive-rust': { title: 'Hive Gateway, Rust runtime', start: hive('rust') },
  bff: {
    title: 'backend-for-frontend, by hand',
    start: program(({ graph, subgraphs }) => ({
      main: here('bff.ts'),
      env: { GRAPH: graph, SUBGRAPH_URLS: JSON.stringify(subgraphs.urls) },
    })),
  },
  proxy: {
    title: 'bare proxy of the whole answer',
    start: program(({ subgraphs }) => ({ main: here('proxy.ts'), env: { WHOLE_URL: subgraphs.whole } })),
  },
  'agora-bare': { title: 'Agora, switches off', start: ({ supergraphFile }: Arena) => agoraBare(supergraphFile) },
  agora: { title: 'Agora, everything on', start: ({ supergraphFile }: Arena) => agoraFull(supergraphFile) },
} as const satisfies Record<string, Contender>;

export type ContenderName = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as ContenderName[];

/** The versions that are compared, of what is installed. */
export const versions = (): Readonly<Record<string, string>> => {
  const read = (folder: string, name: string): [string, string][] => {
    const file = path.join(folder, 'node_modules', name, 'package.json');
    return existsSync(file) ? [[name, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version]] : [];
  };
  const root = path.join(import.meta.dirname, '../../..');
  return Object.fromEntries([
    ...['@apollo/gateway', '@apollo/server', 'graphql', 'undici', 'fastify'].flatMap((name) => read(root, name)),
    ...['@graphql-hive/gateway-runtime', '@graphql-hive/router-runtime'].flatMap((name) => read(peers, name)),
  ]);
};
