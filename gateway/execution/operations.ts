/** Plans and compiles each operation once, however many requests bring it at the same time. */
import type { QueryPlan, QueryPlanCache } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import { operationAlone } from '#platform/graphql/fragments.ts';
import { inChildSpan } from '#platform/observability/tracing.ts';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { scanResistantCache } from '#platform/process/scan-resistant-cache.ts';
import type { DocumentGuard, GuardedDocument, WithheldFields } from '../access/guarded-document.ts';
import type { PlanInTime } from '../planning/query-planner.ts';
import { type CompiledOperation, compileOperation } from './compile.ts';
import { type Unsupported, unsupportedIn } from './plan.ts';
import { plannedDocument, requiredWithArguments } from './required-arguments.ts';
import type { Types } from './types.ts';

export interface OperationRequest {
  readonly key: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The subscription's field that the document is the query of. */
  readonly subscribed?: string | undefined;
  /** Conditions that the viewer does not meet, of a document that has any. */
  readonly denied?: readonly number[];
}

/** An operation with conditions is compiled for each choice of those that are denied. */
export type Prepared = Compiled | { readonly guarded: GuardedDocument };
export type Compiled = CompiledOperation | { readonly unsupported: Unsupported };

interface Known {
  readonly prepared: Prepared;
  readonly document: DocumentNode;
}

export interface Operations {
  /** Rejects when the planner refuses the operation. */
  readonly prepare: (request: OperationRequest) => Prepared | Promise<Prepared>;
}

interface OperationsOptions {
  readonly supergraph: string;
  readonly schema: GraphQLSchema;
  /** Of the whole supergraph, for the first operation. */
  readonly types: () => Types;
  readonly plan: PlanInTime;
  readonly plans: QueryPlanCache;
  readonly maxBytes: number;
  /** Absent where the supergraph has no conditions. */
  readonly guard?: DocumentGuard | undefined;
}

export const compiledOperations = (options: OperationsOptions): Operations => {
  const { supergraph, schema, plan, plans, maxBytes, guard } = options;
  let types: Types | undefined;
  const required = requiredWithArguments(supergraph);
  const known = scanResistantCache<Known>({ maxBytes, bytesOf: compiledBytes });
  const pending = new Map<string, Promise<Prepared>>();

  const planOf = async ({ key, document, operationName }: OperationRequest): Promise<QueryPlan> => {
    const cached = await plans.get(key);
    if (cached) return cached;
    const fresh = await inChildSpan(
      () => ['gateway.plan', {}],
      () => plan(document, operationName),
    );
    await plans.set(key, fresh);
    return fresh;
  };
  const compile = async (request: OperationRequest): Promise<Prepared> => {
    const { key, operationName, subscribed, denied } = request;
    // Conditions of the document's other operations are not this one's.
    const asked = guard ? operationAlone(request.document, operationName) : request.document;
    const { document, clientKey, isAsSent } = plannedDocument(asked, required);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('the document was validated and has no such operation');
    const guarded = guard?.guarded(document, subscribed);
    if (guarded && !denied)
      return { guarded: { ...guarded, without: (denials) => asSent(guarded.without(denials), clientKey) } };
    const withheld = denied?.length ? guarded?.without(denied) : undefined;
    // Under the key of the document as sent, the stock executor expects the plan of that.
    const planned = `${key}${isAsSent ? '' : ' renamed'}${withheld ? ` without ${denied}` : ''}`;
    const made = await planOf({ key: planned, document: withheld?.document ?? document, operationName });
    const unsupported = unsupportedIn(made);
    if (unsupported) return { unsupported };
    types ??= options.types();
    return compileOperation({
      schema,
      document,
      operation,
      plan: made,
      types,
      clientKey,
      withheld: withheld?.fields,
    });
  };
  const prepare = async (key: string, request: OperationRequest): Promise<Prepared> => {
    try {
      const prepared = await compile(request);
      known.set(key, { prepared, document: request.document });
      return prepared;
    } finally {
      pending.delete(key);
    }
  };
  return {
    prepare: (request) => {
      const key = request.denied ? `${request.key} denied ${request.denied}` : request.key;
      const ready = known.get(key)?.prepared ?? pending.get(key);
      if (ready) return ready;
      const preparing = prepare(key, request);
      pending.set(key, preparing);
      return preparing;
    },
  };
};

/** By the client's keys, not the plan's. */
const asSent = (withheld: WithheldFields, clientKey: (key: string) => string): WithheldFields => ({
  ...withheld,
  paths: (operationName) => withheld.paths(operationName).map((path) => path.split('.').map(clientKey).join('.')),
});

/**
 * An estimate: the document, as much again for what is known of each of its fields (a writer, or its conditions), and three
 * times the plan, which is kept and compiled to functions.
 */
const compiledBytes = ({ prepared, document }: Known, key: string): number => {
  const plan = 'plan' in prepared ? 3 * heapBytes(prepared.plan) : 0;
  return plan + 2 * heapBytes(document) + textBytes(key) + entryBytes;
};
