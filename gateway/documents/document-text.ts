/** One text for documents that mean the same: whoever lists documents and whoever looks one up spell them alike. */
import { createHash } from 'node:crypto';
import { type DefinitionNode, type DocumentNode, Kind, Lexer, parse, print, Source, TokenKind } from 'graphql';

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

const openers = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closers = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Whether braces, brackets and parentheses go deeper than `most`, found without going there: whoever parses, prints or
 * validates a document is recursive. By the parser's own tokens, as there must be no second opinion on strings.
 */
export const isNestedDeeper = (text: string, most: number): boolean => {
  if ((text.match(/[{[(]/g)?.length ?? 0) <= most) return false;
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (openers.has(token.kind)) depth++;
      else if (closers.has(token.kind)) depth--;
      if (depth > most) return true;
    }
  } catch {
    // No GraphQL from here on; the parser gets no further either.
  }
  return false;
};

/** SHA-256 in lower-case hex, as APQ and the persisted documents of GraphQL over HTTP both want it. */
export const documentId = (text: string): string => createHash('sha256').update(text).digest('hex');

const operationsThenFragments = (a: DefinitionNode, b: DefinitionNode): number => {
  const [rankA, rankB] = [rank(a), rank(b)];
  return rankA < rankB ? -1 : Number(rankA > rankB);
};

const rank = (node: DefinitionNode): string => (node.kind === Kind.FRAGMENT_DEFINITION ? `2 ${node.name.value}` : '1');
