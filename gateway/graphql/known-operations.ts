/**
 * The short door: operations that Apollo Server has parsed and validated before are run without it. They pass the same
 * steps, are executed by the same executor, and get the same answer, headers included (known-operations.test.ts).
 */
import { type ApolloServerPlugin, type GraphQLRequest, type GraphQLResponse, HeaderMap } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { cachePolicy } from '../caching/cache-policy.ts';
import type { Execute } from '../execution/executor.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { type FormatError, formatErrors } from './errors.ts';
import { stringifyResult } from './response-text.ts';
import type { AnsweredOperation, ResolvedOperation, Result, Steps } from './steps.ts';

/** What a client sent: a body that may be anything, and headers as Node has them. */
export interface Posted {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly text: string;
}

export interface KnownOperations {
  /** Remembers what Apollo Server has validated on the schema that it serves. */
  readonly plugin: ApolloServerPlugin<RequestContext>;
  /** Undefined for whatever Apollo Server has to read. The promise rejects for bugs alone. */
  readonly answer: (posted: Posted, contextOf: () => RequestContext) => Promise<HttpAnswer> | undefined;
}

interface KnownOperationsOptions {
  readonly steps: Steps;
  readonly execute: Execute;
  readonly formatError: FormatError;
  readonly maxBytes: number;
  readonly metrics: Registry;
}

/** Valid on this schema. */
interface Known {
  readonly schema: GraphQLSchema;
  readonly query: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly queryHash: string;
}

export const knownOperations = (options: KnownOperationsOptions): KnownOperations => {
  const { steps, execute, formatError, maxBytes, metrics } = options;
  const runs = new Counter({
    name: 'agora_gateway_known_operations_total',
    help: 'Operations run without Apollo Server, which has admitted their documents before.',
    registers: [metrics],
  });
  let served: GraphQLSchema | undefined;
  const known = new LRUCache<string, Known>({
    maxSize: maxBytes,
    sizeCalculation: ({ document, query }, key) => heapBytes(document) + textBytes(query) + textBytes(key) + entryBytes,
  });
  const resultOf = async (asked: KnownRequest): Promise<Result> => {
    try {
      await steps.before(asked);
      const result = await steps.instead(asked);
      if (result) return result;
      steps.run(asked);
      const { errors, ...executed } = await execute(asked as unknown as Parameters<Execute>[0]);
      if (!errors) return executed;
      const { http } = asked.response;
      const formatted = formatErrors(errors, http, formatError);
      // As Apollo Server has it: a request that could not be executed.
      if (executed.data === undefined) http.status ??= 400;
      return { ...executed, errors: formatted };
    } catch (error) {
      const errors = formatErrors([error], asked.response.http, formatError);
      asked.response.http.status ??= 500;
      return { errors };
    }
  };
  const answer = async (asked: KnownRequest): Promise<HttpAnswer> => {
    try {
      runs.inc();
      steps.begin(asked);
      const { response } = asked;
      response.body.singleResult = await resultOf(asked);
      steps.after(asked);
      const { errors, data, extensions } = response.body.singleResult;
      const text = stringifyResult({ ...(errors && { errors }), data, ...(extensions && { extensions }) });
      return { status: response.http.status ?? 200, headers: response.http.headers, text };
    } catch (error) {
      steps.failed(asked);
      throw error;
    }
  };
  return {
    plugin: rememberAdmitted({
      onSchema: (schema) => {
        served = schema;
        known.clear();
      },
      onAdmitted: (entry, operationName) => {
        const key = keyOf(entry.query, operationName);
        // What is known need not be weighed again, and a request may still be under way on the schema before.
        if (entry.schema === served && known.get(key)?.document !== entry.document) known.set(key, entry);
      },
    }),
    answer: ({ body, headers }, contextOf) => {
      const sent = plainOperation(body);
      const found = sent && known.get(keyOf(sent.query, sent.operationName));
      // The same text, and not only the same key, which a name with a line break in it can be made to have.
      if (!found || found.schema !== served || found.query !== sent.query) return undefined;
      return answer(new KnownRequest(found, sent, headers, contextOf()));
    },
  };
};

const keyOf = (query: string, operationName: string | undefined): string =>
  operationName ? `${operationName}\n${query}` : query;

interface RememberOptions {
  readonly onSchema: (schema: GraphQLSchema) => void;
  readonly onAdmitted: (known: Known, operationName: string | undefined) => void;
}

/**
 * When a document comes for the second time: a flood of documents that never come again cannot drive out what is in use.
 */
const rememberAdmitted = ({ onSchema, onAdmitted }: RememberOptions): ApolloServerPlugin<RequestContext> => ({
  serverWillStart: async () => ({ schemaDidLoadOrUpdate: ({ apiSchema }) => onSchema(apiSchema) }),
  requestDidStart: async () => {
    let isNew = false;
    return {
      parsingDidStart: async () => {
        isNew = true;
      },
      didResolveOperation: async ({ schema, source, document, operation, operationName, queryHash, request }) => {
        if (isNew || operation === undefined || operation.operation === 'subscription') return;
        onAdmitted({ schema, query: source, document, operation, operationName, queryHash }, request.operationName);
      },
    };
  },
});

interface Sent {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
}

/** A query with its variables; undefined for what is anything else, or not as it should be. */
const plainOperation = (body: unknown): Sent | undefined => {
  if (!isRecord(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || query === '' || !isNothing(extensions)) return undefined;
  const name = operationName ?? undefined;
  const values = variables ?? undefined;
  if (name !== undefined && typeof name !== 'string') return undefined;
  if (values !== undefined && !isRecord(values)) return undefined;
  return { query, ...(name && { operationName: name }), ...(values && { variables: values }) };
};

/** Of a trusted document that came by its hash, empty extensions are left. */
const isNothing = (extensions: unknown): boolean =>
  (extensions ?? undefined) === undefined || (isRecord(extensions) && Object.keys(extensions).length === 0);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As steps and executor see it. */
class KnownRequest implements ResolvedOperation, AnsweredOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly queryHash: string;
  readonly source: string;
  readonly request: Omit<GraphQLRequest, 'http'> & { readonly http: NonNullable<ResolvedOperation['request']['http']> };
  readonly response = { http: newHead(), body: { singleResult: {} as Result } };
  readonly contextValue: RequestContext;
  readonly overallCachePolicy = cachePolicy();

  constructor({ query, ...known }: Known, sent: Sent, headers: Posted['headers'], context: RequestContext) {
    this.schema = known.schema;
    this.document = known.document;
    this.operation = known.operation;
    this.operationName = known.operationName;
    this.queryHash = known.queryHash;
    this.source = query;
    this.request = { ...sent, http: { method: 'POST', headers: readable(headers) } };
    this.contextValue = context;
  }

  /** By the executor's name for it. */
  get context(): RequestContext {
    return this.contextValue;
  }
}

const newHead = (): GraphQLResponse['http'] => ({ headers: new HeaderMap() });

const readable = (headers: Posted['headers']) => ({
  get: (name: string) => headers[name]?.toString(),
  has: (name: string) => headers[name] !== undefined,
});
