/** A subscription as the query that it stands for. Pure. */
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  separateOperations,
} from 'graphql';
import type { LiveField, LiveFields } from './live-fields.ts';

export interface LiveQueryDocument {
  /** The subscription's own field, as the client wrote it. */
  readonly field: FieldNode;
  readonly live: LiveField;
  /** What the thing is called in the answer: the same for the query as for the subscription. */
  readonly key: string;
  readonly document: DocumentNode;
}

/** What the gateway selects for itself; taken out of the answer again. */
export const own = { version: '_liveVersion', isFinal: '_liveIsFinal' } as const;

/**
 * The document must be valid. The query's answer has the shape that the subscription's has: same keys, same paths in
 * its errors. Throws what the client is to be told.
 */
export const asQuery = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  fields: LiveFields,
): LiveQueryDocument => {
  const [field] = operation.selectionSet.selections;
  // A fragment on Subscription fits into no query.
  if (field?.kind !== Kind.FIELD) throw refused('A subscription has its field directly in it, not in a fragment.');
  const live = Object.hasOwn(fields, field.name.value) ? fields[field.name.value] : undefined;
  if (!live) throw refused(`Nothing tells of changes for "${field.name.value}".`);
  const key = field.alias?.value ?? field.name.value;
  const query: OperationDefinitionNode = {
    ...operation,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [queryField(field, live, key)] },
  };
  // Without the other operations, and the fragments that only they use.
  const alone = separateOperations(document)[operation.name?.value ?? ''] ?? document;
  const definitions = alone.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? query : definition,
  );
  return { field, live, key, document: { kind: Kind.DOCUMENT, definitions } };
};

const queryField = (field: FieldNode, { query, version, isFinal }: LiveField, key: string): FieldNode => ({
  ...field,
  alias: { kind: Kind.NAME, value: key },
  name: { kind: Kind.NAME, value: query },
  selectionSet: {
    kind: Kind.SELECTION_SET,
    selections: [
      ...(field.selectionSet?.selections ?? []),
      selected(own.version, version),
      selected(own.isFinal, isFinal),
    ],
  },
});

const selected = (alias: string, name: string): FieldNode => ({
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: alias },
  name: { kind: Kind.NAME, value: name },
});

const refused = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'SUBSCRIPTION_NOT_SUPPORTED', http: { status: 400 } } });
