/** operations/<client>/*.graphql become the manifest of trusted documents: one entry per operation, with its fragments. */
import {
  type DefinitionNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  Source,
  visit,
} from 'graphql';
import { documentId, documentText } from '#gateway/documents/document-text.ts';
import { type Manifest, manifestFormat } from '#gateway/documents/manifest.ts';

export interface OperationsFile {
  /** The folder it lies in. */
  readonly client: string;
  /** For complaints. */
  readonly file: string;
  readonly text: string;
}

/** Pure: the same files give the same manifest, whatever their order. Throws a sentence when a client has a fault. */
export const manifestOf = (files: readonly OperationsFile[]): Manifest => {
  const clients = [...new Set(files.map(({ client }) => client))];
  const operations = clients.flatMap((client) => operationsOf(client, files));
  return {
    format: manifestFormat,
    version: 1,
    operations: operations.toSorted((a, b) => (`${a.clientName} ${a.name}` < `${b.clientName} ${b.name}` ? -1 : 1)),
  };
};

const operationsOf = (client: string, files: readonly OperationsFile[]): Manifest['operations'] => {
  const definitions = files
    .filter((file) => file.client === client)
    .flatMap(({ text, file }) => parse(new Source(text, file)).definitions);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) {
    if (node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    if (fragments.has(node.name.value)) throw new Error(`${fileOf(node)}: fragment ${node.name.value} is there twice`);
    fragments.set(node.name.value, node);
  }
  return definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => {
      if (!operation.name) throw new Error(`${fileOf(operation)}: an operation has no name`);
      const body = documentText({ kind: Kind.DOCUMENT, definitions: withFragments(operation, fragments) });
      return { id: documentId(body), name: operation.name.value, type: operation.operation, body, clientName: client };
    });
};

/** The operation and every fragment that it comes to, each once. */
const withFragments = (
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DefinitionNode[] => {
  const found = new Set<DefinitionNode>([operation]);
  // A set that grows is walked to its new end.
  for (const node of found) {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (!fragment) throw new Error(`${fileOf(operation)}: there is no fragment ${name.value}`);
        found.add(fragment);
      },
    });
  }
  return [...found];
};

const fileOf = ({ loc }: DefinitionNode): string => loc?.source.name ?? 'operations';
