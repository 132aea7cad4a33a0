/** Canonical text of documents, shared by those who list documents and those who look them up. */
import { createHash } from 'node:crypto';
import { type DefinitionNode, type DocumentNode, Kind, Lexer, parse, print, Source, TokenKind } from 'graphql';

/** As graphql prints it, operations first, then fragments by name; without comments and formatting. */
export const documentText = ({ definitions }: DocumentNode): string =>
  print({ kind: Kind.DOCUMENT, definitions: definitions.toSorted(operationsThenFragments) });

/** The same for untrusted text; `undefined` when it does not parse within the token limit. */
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
 * Whether braces, brackets and parentheses nest deeper than `most`, checked without recursion, since parsing, printing
 * and validating are recursive. Uses the parser's lexer, so that strings are read the same way.
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
    // Not GraphQL from here on; the parser gets no further either.
  }
  return false;
};

/** Lower-case hex SHA-256, as both APQ and GraphQL over HTTP's persisted documents use it. */
export const documentId = (text: string): string => createHash('sha256').update(text).digest('hex');

const operationsThenFragments = (a: DefinitionNode, b: DefinitionNode): number => {
  const [rankA, rankB] = [rank(a), rank(b)];
  return rankA < rankB ? -1 : Number(rankA > rankB);
};

const rank = (node: DefinitionNode): string => (node.kind === Kind.FRAGMENT_DEFINITION ? `2 ${node.name.value}` : '1');
