/** One line for each document that passed without being listed: what is still missing before the list can be required. */
import { Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import { documentId } from './document-text.ts';

// Clients have tens of documents that a list lacks. Thousands come from somebody who makes them up, and fill disks.
const maxLines = 1_000;
// A page of text tells which document it is.
const maxCharacters = 2_000;

export interface UnlistedLogOptions {
  readonly maxTokens: number;
  readonly log: Logger;
}

/** `client` is what the client calls itself, if it does. */
export const unlistedLog = ({ maxTokens, log }: UnlistedLogOptions) => {
  const told = new Set<string>();
  return (text: string, client: string | undefined): void => {
    if (told.size >= maxLines) return;
    const id = documentId(text);
    if (told.has(id)) return;
    told.add(id);
    log.warn({ documentId: id, client, ...describe(text, maxTokens) }, 'a document that no manifest lists');
    if (told.size === maxLines)
      log.warn({ documents: maxLines }, 'further documents that no manifest lists are only counted');
  };
};

/** Without the values that stand in it: a document may have a password spelt out. */
const describe = (text: string, maxTokens: number): { operation?: string | undefined; document?: string } => {
  try {
    const document = parse(text, { maxTokens, noLocation: true });
    const operation = document.definitions.find(
      (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
    );
    const shown = visit(document, {
      StringValue: (node) => ({ ...node, value: '…', block: false }),
      IntValue: (node) => ({ ...node, value: '0' }),
      FloatValue: (node) => ({ ...node, value: '0' }),
    });
    return { operation: operation?.name?.value, document: print(shown).slice(0, maxCharacters) };
  } catch {
    return {};
  }
};
