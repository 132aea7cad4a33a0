/** One text for documents that mean the same: whoever lists documents and whoever looks one up spell them alike. */
import { createHash } from 'node:crypto';
import { type DefinitionNode, type DocumentNode, Kind, parse, print } from 'graphql';

/** As graphql prints it: operations first, then fragments by name; comments and the author's spacing are gone. */
export const documentText = ({ definitions }: DocumentNode): string =>
  print({ kind: Kind.DOCUMENT, definitions: definitions.toSorted(operationsThenFragments) });

/** The same for a text from outside; `undefined` when it is no GraphQL, or has more tokens than the gateway parses. */
export const canonicalText = (text: string, maxTokens: number): string | undefined => {
  try {
    return documentText(parse(text, { maxTokens, noLocation: true }));
  } catch {
    return undefined;
  }
};

/** SHA-256 in lower-case hex, as APQ and the persisted documents of GraphQL over HTTP both want it. */
export const documentId = (text: string): string => createHash('sha256').update(text).digest('hex');

const operationsThenFragments = (a: DefinitionNode, b: DefinitionNode): number => {
  const [rankA, rankB] = [rank(a), rank(b)];
  return rankA < rankB ? -1 : Number(rankA > rankB);
};

const rank = (node: DefinitionNode): string => (node.kind === Kind.FRAGMENT_DEFINITION ? `2 ${node.name.value}` : '1');
