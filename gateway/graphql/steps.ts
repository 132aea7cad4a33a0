/**
 * What every operation passes, in the order of one list (wiring.ts), whichever door it comes through: Apollo Server's for
 * documents that are new, GETs and whatever has extensions, or the short one for what it has validated before
 * (known-operations.ts).
 */
import {
  type ApolloServerPlugin,
  type GraphQLRequest,
  type GraphQLRequestContext,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { inputFault } from '#platform/graphql/operation-input.ts';
import type { RequestContext } from '../identity/request-context.ts';

/** A request to run an operation, which is not known yet. */
export interface OperationRequest {
  readonly schema: GraphQLSchema;
  readonly request: Omit<GraphQLRequest, 'http'> & { readonly http?: HttpRequest | undefined };
  readonly response: { readonly http: GraphQLResponse['http'] };
  readonly contextValue: RequestContext;
  readonly overallCachePolicy: Pick<
    GraphQLRequestContext<RequestContext>['overallCachePolicy'],
    'restrict' | 'policyIfCacheable'
  >;
}

/** As much as steps read of it. Absent where the gateway itself asks, for a live query. */
interface HttpRequest {
  readonly method: string;
  readonly headers: Pick<HeaderMap, 'get' | 'has'>;
}

/** A valid operation of a valid document. */
export interface ResolvedOperation extends OperationRequest {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly queryHash: string;
}

/** What will be sent. Without an operation when the document was refused. */
export interface AnsweredOperation
  extends OperationRequest,
    Partial<Pick<ResolvedOperation, 'document' | 'operation' | 'operationName' | 'queryHash'>> {
  readonly response: { readonly http: GraphQLResponse['http']; readonly body: { singleResult: Result } };
}

export type Result = Extract<GraphQLResponse['body'], { kind: 'single' }>['singleResult'];

export interface LoadedSchema {
  readonly apiSchema: GraphQLSchema;
  readonly coreSupergraphSdl?: string;
}

/** One concern of the gateway in the life of an operation. */
export interface Step {
  /** Requests from now on have this schema; those under way keep theirs. */
  readonly schemaLoaded?: (schema: LoadedSchema) => void;
  readonly begin?: (request: OperationRequest) => void;
  /** Throws the error that refuses the operation. */
  readonly before?: (operation: ResolvedOperation) => void | Promise<void>;
  /** An answer without running the operation. */
  readonly instead?: (operation: ResolvedOperation) => Result | undefined | Promise<Result | undefined>;
  readonly run?: (operation: ResolvedOperation) => void;
  /** The answer is complete, if only with errors. It may still be changed. */
  readonly after?: (answered: AnsweredOperation) => void;
  /** In place of `after`, when a step had a bug. */
  readonly failed?: (request: OperationRequest) => void;
}

export interface Steps {
  readonly schemaLoaded: (schema: LoadedSchema) => void;
  readonly begin: (request: OperationRequest) => void;
  readonly before: (operation: ResolvedOperation) => Promise<void>;
  readonly instead: (operation: ResolvedOperation) => Promise<Result | undefined>;
  readonly run: (operation: ResolvedOperation) => void;
  readonly after: (answered: AnsweredOperation) => void;
  readonly failed: (request: OperationRequest) => void;
}

export const inOrder = (steps: readonly Step[]): Steps => {
  const having = <Name extends keyof Step>(name: Name) => steps.flatMap((step) => step[name] ?? []);
  const before = having('before');
  const instead = having('instead');
  return {
    schemaLoaded: all(having('schemaLoaded')),
    begin: all(having('begin')),
    before: async (operation) => {
      for (const step of before) {
        const waiting = step(operation);
        if (waiting) await waiting;
      }
    },
    instead: async (operation) => {
      for (const step of instead) {
        const result = step(operation);
        const found = result instanceof Promise ? await result : result;
        if (found) return found;
      }
      return undefined;
    },
    run: all(having('run')),
    after: all(having('after')),
    failed: all(having('failed')),
  };
};

const all =
  <T>(steps: readonly ((value: T) => void)[]) =>
  (value: T): void => {
    for (const step of steps) step(value);
  };

/** The steps in Apollo Server. */
export const stepsPlugin = (steps: Steps): ApolloServerPlugin<RequestContext> => ({
  serverWillStart: async () => ({ schemaDidLoadOrUpdate: steps.schemaLoaded }),
  unexpectedErrorProcessingRequest: async ({ requestContext }) => steps.failed(requestContext),
  requestDidStart: async (started) => {
    // An empty name counts as none: that is what forms and query strings send.
    if (started.request.operationName === '') delete started.request.operationName;
    steps.begin(started);
    return {
      didResolveOperation: async (context) => {
        if (!context.operation) throw notOneOperation(context.request.operationName);
        await steps.before(context as ResolvedOperation);
      },
      responseForOperation: async (context) => {
        const singleResult = await steps.instead(context as ResolvedOperation);
        return singleResult ? { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } } : null;
      },
      executionDidStart: async (context) => steps.run(context as ResolvedOperation),
      willSendResponse: async (context) => {
        if (context.response.body.kind === 'single') steps.after(context as AnsweredOperation);
      },
    };
  },
});

/** A document with several operations must name the one to run; the gateway's executor would answer 500. */
const notOneOperation = (operationName: string | undefined): GraphQLError =>
  new GraphQLError(
    operationName
      ? 'The document has no operation with this name.'
      : 'The document has several operations: choose one with "operationName".',
    { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
  );

/**
 * Drops variables that the operation does not declare: per the specification they mean nothing, so nobody should read,
 * copy or forward them. The first step.
 */
export const keepDeclaredVariables: Step = {
  before: ({ operation, request }) => {
    const sent = request.variables;
    if (!sent) return;
    const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
    request.variables = Object.fromEntries(
      declared.filter((name) => Object.hasOwn(sent, name)).map((name) => [name, sent[name]]),
    );
  },
};

/** Refuses variables that do not fit before anything is executed, in words without their values. */
export const checkVariables: Step = {
  before: ({ schema, document, operation, request }) => {
    const fault = inputFault({ schema, document, operation, variables: request.variables ?? {} });
    if (fault) throw fault;
  },
};
