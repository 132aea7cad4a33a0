/** Cache keys: what makes two requests the same query. */
import { createHash } from 'node:crypto';
import { type DocumentNode, type OperationDefinitionNode, print } from 'graphql';

/** A 128-bit hash, so that nobody can construct a collision. */
export const digest = (...parts: readonly string[]): string => {
  const hash = createHash('sha256');
  // Length-prefixed, so that characters cannot move from one part to the next.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('base64url').slice(0, 22);
};

// Apollo Server reuses the parsed document for the same text, so each is printed once.
const digests = new WeakMap<DocumentNode, string>();

const normalised = (document: DocumentNode): string => {
  const known = digests.get(document) ?? digest(print(document));
  digests.set(document, known);
  return known;
};

/** Identifies an operation regardless of whitespace and comments. */
export const operationId = (document: DocumentNode, operationName: string | null | undefined): string =>
  digest(normalised(document), operationName ?? '');

/** Only declared variables can make a difference. */
export const variablesText = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify(
    variableDefinitions
      .map(({ variable }) => variable.name.value)
      .filter((name) => Object.hasOwn(variables, name))
      .toSorted()
      .map((name) => [name, variables[name]]),
    inOrder,
  );

/** Input objects are equal whatever the order of their fields. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
