/**
 * Executes a subscription as a query for one snapshot. It passes through Apollo Server like any operation, with its own
 * document: trusted documents, limits, authorization. Only the executor sees a query.
 */
import type { ApolloServer, ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { operationAlone } from '#platform/graphql/fragments.ts';
import type { RequestContext } from '../identity/request-context.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<RequestContext>['gateway'];
type Execute = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;

/** As the client sent it. */
export interface LiveOperation {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

export interface Topic {
  readonly type: string;
  readonly id: string;
}

export interface GraphqlResponse {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Record<string, unknown>;
}

export interface Snapshot {
  readonly response: GraphqlResponse;
  /** Undefined when there is none. */
  readonly entity?: { readonly version: number; readonly isFinal: boolean } | undefined;
}

interface SnapshotRequest {
  readonly onTopic: (topic: Topic) => void;
  entity?: NonNullable<Snapshot['entity']>;
}

export interface SubscriptionExecutor {
  /** Adds subscriptions to the executor. */
  readonly wrapGateway: (gateway: GatewayInterface) => GatewayInterface;
  /**
   * `onTopic` is called before anything is read, so that no later change goes unnoticed. Never rejects for a fault of
   * the operation.
   */
  readonly fetchSnapshot: (
    apollo: ApolloServer<RequestContext>,
    operation: LiveOperation,
    context: RequestContext,
    onTopic: (topic: Topic) => void,
  ) => Promise<Snapshot>;
}

/** Marks a snapshot request for the executor. Apollo Server copies contexts, symbols included. */
const snapshotKey = Symbol('looking');

export const subscriptionExecutor = (): SubscriptionExecutor => ({
  wrapGateway: (gateway) => ({
    onSchemaLoadOrUpdate: (listener) => gateway.onSchemaLoadOrUpdate(listener),
    load: async (options) => {
      const { executor } = await gateway.load(options);
      return { executor: executor && executeSubscriptions(executor) };
    },
    stop: () => gateway.stop(),
  }),
  fetchSnapshot: async (apollo, operation, context, onTopic) => {
    const looking: SnapshotRequest = { onTopic };
    const contextValue = { ...context, [snapshotKey]: looking };
    const { body } = await apollo.executeOperation(operation, { contextValue });
    if (body.kind !== 'single') throw new Error('incremental delivery is not supported for snapshots');
    return { response: body.singleResult, entity: looking.entity };
  },
});

const executeSubscriptions =
  (execute: Execute): Execute =>
  async (request) => {
    const { operation, schema, document } = request;
    const { [snapshotKey]: looking } = request.context as { [snapshotKey]?: SnapshotRequest };
    if (operation.operation !== 'subscription') {
      if (looking) throw needsNoStream();
      return await execute(request);
    }
    if (!looking) throw needsStream();
    const query = toQuery(document, operation);
    const topic = topicOf(schema, operation, query, request.request.variables ?? {});
    looking.onTopic(topic);
    // Plans are cached by hash, and this is another document.
    const subscribed = query.field.name.value;
    const answer = await execute({ ...request, ...asOperation(query.document, request.queryHash), ...{ subscribed } });
    return answer.data ? { ...answer, data: stripInternalFields(answer.data, query.key, looking) } : answer;
  };

const asOperation = (document: DocumentNode, queryHash: string) => ({
  document,
  queryHash: `live:${queryHash}`,
  operation: document.definitions.find(({ kind }) => kind === 'OperationDefinition') as OperationDefinitionNode,
});

/** The entity that the argument `id` refers to. Variables have been validated. */
const topicOf = (
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  { field }: LiveQueryDocument,
  variables: Record<string, unknown>,
): Topic => {
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  if (!definition) throw new Error(`${field.name.value} was validated and is not in the schema`);
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return { type: getNamedType(definition.type).name, id: String(getArgumentValues(definition, field, coerced).id) };
};

/** Notes the fields that the gateway has added, and removes them from the answer. */
const stripInternalFields = (
  data: Record<string, unknown>,
  key: string,
  looking: SnapshotRequest,
): Record<string, unknown> => {
  const thing = data[key];
  if (typeof thing !== 'object' || thing === null) return data;
  const {
    [internalFields.version]: version,
    [internalFields.isFinal]: isFinal,
    ...asked
  } = thing as Record<string, unknown>;
  looking.entity = { version: Number(version), isFinal: isFinal === true };
  return { ...data, [key]: asked };
};

const needsStream = () =>
  new GraphQLError(
    'Subscriptions need a stream: send the header "accept: text/event-stream", or "multipart/mixed;subscriptionSpec=1.0".',
    {
      extensions: { code: 'SUBSCRIPTION_NEEDS_STREAM', http: { status: 406 } },
    },
  );

const needsNoStream = () =>
  new GraphQLError('Streams are for subscriptions: send queries and mutations without an "accept" for a stream.', {
    extensions: { code: 'SUBSCRIPTION_EXPECTED', http: { status: 406 } },
  });

interface LiveQueryDocument {
  /** The subscription's own field, as the client wrote it. */
  readonly field: FieldNode;
  /** Its response name, the same in the query. */
  readonly key: string;
  readonly document: DocumentNode;
}

/** Aliases of fields that the gateway adds for itself. */
const internalFields = { version: '_liveVersion', isFinal: '_liveIsFinal' } as const;

/**
 * Rewrites a subscription of a valid document. The query's response has the same keys and error paths. Throws the
 * client's error.
 */
export const toQuery = (document: DocumentNode, operation: OperationDefinitionNode): LiveQueryDocument => {
  const [field] = operation.selectionSet.selections;
  // A fragment on Subscription cannot be used in a query.
  if (field?.kind !== Kind.FIELD) throw refused('A subscription has its field directly in it, not in a fragment.');
  const queryName = /^(\w+)Updated$/.exec(field.name.value)?.[1];
  if (!queryName) throw refused(`There are no change notifications for "${field.name.value}".`);
  const key = field.alias?.value ?? field.name.value;
  const query: OperationDefinitionNode = {
    ...operation,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [queryField(field, queryName, key)] },
  };
  // Without the other operations and the fragments that only they use.
  const alone = operationAlone(document, operation.name?.value);
  const definitions = alone.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? query : definition,
  );
  return { field, key, document: { kind: Kind.DOCUMENT, definitions } };
};

/**
 * `fooUpdated(id)` is the query `foo(id)`, asked again whenever the entity has changed. Its type has `version`, which
 * counts its changes (what is older than what was sent is not sent), and `isFinal`, with which the stream ends.
 */
const queryField = (field: FieldNode, query: string, key: string): FieldNode => ({
  ...field,
  alias: { kind: Kind.NAME, value: key },
  name: { kind: Kind.NAME, value: query },
  selectionSet: {
    kind: Kind.SELECTION_SET,
    selections: [
      ...(field.selectionSet?.selections ?? []),
      selected(internalFields.version, 'version'),
      selected(internalFields.isFinal, 'isFinal'),
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
