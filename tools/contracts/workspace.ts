/** What the contract checks look at: the graph, its clients, the messages, what was released, and a running shop. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { messages, type RoutedMessage } from '#contracts/messages/index.ts';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import type { SubgraphSource } from '../compose/composition.ts';
import { subgraphSources, supergraphFile } from '../compose.ts';
import { type ContractShop, openContractShop } from './shop.ts';

export const root = path.resolve(import.meta.dirname, '../..');

/** One operation of a client in `operations/`. */
export interface PublishedOperation {
  /** The folder under `operations/`. */
  readonly client: string;
  /** Relative to the root of the project. */
  readonly file: string;
  readonly name: string;
  readonly type: OperationDefinitionNode['operation'];
  /** The whole document, as the client sends it. */
  readonly text: string;
  readonly document: DocumentNode;
}

/** `storefront/ProductPage`: how findings call an operation. */
export const nameOf = ({ client, name }: PublishedOperation): string => `${client}/${name || '(without a name)'}`;

export interface Workspace {
  readonly sources: readonly SubgraphSource[];
  /** supergraph.graphql as it is committed. */
  readonly supergraph: string;
  readonly operations: readonly PublishedOperation[];
  /** What services send each other. */
  readonly messages: readonly RoutedMessage[];
  /** Decides whether the date of a deprecation has come. */
  readonly today: Date;
  /** What was released or agreed on: files of `tools/contracts/baseline/`, written by `accept`. */
  readonly baseline: Baseline;
  /** A seeded shop, started at the first call. Only for checks that need a `system`. */
  readonly system: () => Promise<ContractShop>;
}

export interface Baseline {
  readonly read: (name: string) => string | undefined;
  readonly readBytes: (name: string) => Buffer | undefined;
  /** An empty object when there is no file yet. */
  readonly json: <T extends object>(name: string) => T;
  readonly write: (name: string, content: string | Buffer) => void;
  readonly writeJson: (name: string, value: unknown) => void;
}

/** The workspace as it is in this checkout. `close` stops the shop if a check had it started. */
export const openWorkspace = (): Workspace & { readonly close: () => Promise<void> } => {
  let shop: Promise<ContractShop> | undefined;
  return {
    sources: subgraphSources(),
    supergraph: readFileSync(supergraphFile, 'utf8'),
    operations: publishedOperations(),
    messages,
    today: new Date(),
    baseline: baselineIn(path.join(root, 'tools/contracts/baseline')),
    system: () => {
      shop ??= openContractShop();
      return shop;
    },
    close: async () => {
      await (await shop?.catch(() => undefined))?.stop();
    },
  };
};

/** The same workspace with another SDL for one subgraph: for "what if", and for seeded violations. */
export const withSdl = (workspace: Workspace, subgraph: SubgraphName, sdl: string, file?: string): Workspace => ({
  ...workspace,
  sources: workspace.sources.map((source) =>
    source.name === subgraph ? { ...source, sdl, ...(file !== undefined && { file }) } : source,
  ),
});

export const sdlOf = (workspace: Workspace, subgraph: SubgraphName): string => {
  const source = workspace.sources.find(({ name }) => name === subgraph);
  if (!source) throw new Error(`There is no subgraph ${subgraph}; there are ${subgraphNames.join(', ')}.`);
  return source.sdl;
};

export const isSubgraphName = (name: string): name is SubgraphName => subgraphNames.some((known) => known === name);

const publishedOperations = (): PublishedOperation[] =>
  globSync('operations/*/**/*.graphql', { cwd: root })
    .toSorted()
    .flatMap((file) => operationsOf(file, readFileSync(path.join(root, file), 'utf8')));

/** An operation without a name keeps the empty one: a check complains about it. */
export const operationsOf = (file: string, text: string): PublishedOperation[] => {
  const document = parse(text);
  const client = file.split(path.sep)[1] ?? '';
  return document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION
      ? [{ client, file, name: node.name?.value ?? '', type: node.operation, text, document }]
      : [],
  );
};

const baselineIn = (folder: string): Baseline => {
  const readBytes = (name: string): Buffer | undefined => {
    const file = path.join(folder, name);
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const read = (name: string) => readBytes(name)?.toString();
  const write = (name: string, content: string | Buffer) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  return {
    readBytes,
    read,
    json: <T>(name: string) => JSON.parse(read(name) ?? '{}') as T,
    write,
    writeJson: (name, value) => write(name, `${JSON.stringify(value, null, 2)}\n`),
  };
};
