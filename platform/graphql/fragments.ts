import { type DocumentNode, type FragmentDefinitionNode, Kind, separateOperations } from 'graphql';

/** The fragments of a document by name; of two with one name (which is not valid) the last. */
export const fragmentsOf = ({ definitions }: Pick<DocumentNode, 'definitions'>): Map<string, FragmentDefinitionNode> =>
  new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));

/** One operation of a document, with the fragments that it uses. */
export const operationAlone = (document: DocumentNode, operationName: string | undefined): DocumentNode =>
  document.definitions.length === 1 ? document : (separateOperations(document)[operationName ?? ''] ?? document);
