/** What makes two requests the same question. */
import { createHash } from 'node:crypto';
import { type DocumentNode, type OperationDefinitionNode, print } from 'graphql';

/** Of a text: 128 bits, so that nobody can make two questions meet. */
export const digest = (...parts: readonly string[]): string => {
  const hash = createHash('sha256');
  // With their lengths, or parts could pass letters to each other.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('base64url').slice(0, 22);
};

// Apollo Server hands out the same parsed document for the same text, so each is printed once. What is kept is short.
const digests = new WeakMap<DocumentNode, string>();

const normalised = (document: DocumentNode): string => {
  const known = digests.get(document) ?? digest(print(document));
  digests.set(document, known);
  return known;
};

/** The operation of a document, however it is spaced and commented. */
export const operationId = (document: DocumentNode, operationName: string | null | undefined): string =>
  digest(normalised(document), operationName ?? '');

/** Only variables that the operation declares can make a difference. */
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

/** Input objects are the same in whatever order their fields come. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
