/**
 * Executes operations: plans are @apollo/query-planner's, everything after them is here. What it does not support goes
 * to the stock executor.
 */
import type { ApolloGateway } from '@apollo/gateway';
import type { QueryPlan, QueryPlanCache } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import { inChildSpan } from '#platform/observability/tracing.ts';
import { type AccessGuard, rejection } from '../access/access-guard.ts';
import type { GuardedDocument } from '../access/guarded-document.ts';
import { type CachePolicy, restrictPolicy } from '../caching/cache-policy.ts';
import { dataText } from '../graphql/response-text.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { PlanInTime } from '../planning/query-planner.ts';
import { planKey } from '../schema/query-plans.ts';
import type { SubgraphAnswer, SubgraphRequest } from '../upstream/subgraph-call.ts';
import type { CompiledOperation } from './compile.ts';
import { errorsOf } from './errors.ts';
import type { Run } from './fetch.ts';
import { compiledOperations, type OperationRequest } from './operations.ts';
import type { Unsupported } from './plan.ts';
import type { Types } from './types.ts';

export type Execute = ApolloGateway['executor'];
type Request = GatewayGraphQLRequestContext;
type Result = Awaited<ReturnType<Execute>>;

interface CompiledExecutorOptions {
  readonly supergraph: string;
  /** What clients see of it. */
  readonly schema: GraphQLSchema;
  /** Fetches for a request. Never rejects for a fault of subgraph or network. */
  readonly fetchFor: (request: Request) => (subgraph: string, request: SubgraphRequest) => Promise<SubgraphAnswer>;
  readonly types: () => Types;
  readonly plan: PlanInTime;
  readonly plans: QueryPlanCache;
  readonly fallback: Execute;
  readonly maxBytes?: number;
  /** Absent where the supergraph has no conditions of access. */
  readonly access?: AccessGuard | undefined;
  readonly onPlan?: (request: Request, plan: QueryPlan) => void;
  readonly onFallback?: ((why: Unsupported) => void) | undefined;
}

// 16 MiB: four times the bound of the plans alone (compiledBytes in operations.ts says what an operation weighs).
const compiledMaxBytes = 16_777_216;

export const compiledExecutor = (options: CompiledExecutorOptions): Execute => {
  const { fetchFor, fallback, maxBytes = compiledMaxBytes, access, onPlan, onFallback } = options;
  const operations = compiledOperations({ ...options, maxBytes, guard: access });
  const admit = async (request: Request, wanted: OperationRequest, guarded: GuardedDocument) => {
    if (!access) throw new Error('a document is guarded, and nothing guards it');
    // What one viewer gets is nobody else's, whatever the subgraphs say of it.
    restrictPolicy(request.overallCachePolicy as CachePolicy, undefined);
    const denied = await access.deniedTo(request.context as RequestContext, guarded);
    const reject = () => ({ rejected: rejection(guarded.without(denied), wanted.operationName) });
    if (denied.length > 0 && access.rejects) return reject();
    const prepared = await operations.prepare({ ...wanted, denied });
    if ('guarded' in prepared) throw new Error('a document is still guarded when its denials are known');
    // The stock executor knows nothing of fields that are withheld.
    return denied.length > 0 && 'unsupported' in prepared ? reject() : prepared;
  };
  const respond = async (request: Request): Promise<Result> => {
    const { document, queryHash, request: sent } = request;
    const { operationName } = sent;
    const key = planKey(queryHash, operationName);
    const { subscribed } = request as Partial<OperationRequest>;
    const wanted = { key, document, operationName, subscribed };
    const found = await operations.prepare(wanted);
    const prepared = 'guarded' in found ? await admit(request, wanted, found.guarded) : found;
    if ('rejected' in prepared) return { errors: [prepared.rejected] };
    if ('unsupported' in prepared) {
      onFallback?.(prepared.unsupported);
      return fallback(request);
    }
    onPlan?.(request, prepared.plan);
    return inChildSpan(
      () => ['gateway.execute', {}],
      () => execute(prepared, fetchFor(request), sent.variables ?? {}, takesText(request)),
    );
  };
  return (request) =>
    inChildSpan(
      () => ['gateway.request', {}],
      () => respond(request),
    );
};

const takesText = ({ context }: Request): boolean => (context as Partial<RequestContext>).takesText === true;

const execute = async (
  { coerce, fetchAll, write, clientKey }: CompiledOperation,
  fetch: Run['fetch'],
  variables: Readonly<Record<string, unknown>>,
  asText: boolean,
): Promise<Result> => {
  const values = coerce(variables);
  if ('errors' in values) return { errors: values.errors };
  const { coerced } = values;
  const run: Run = {
    root: {},
    variables,
    shared: [],
    fetch,
    sent: new Map(),
    failures: [],
    absent: new Set(),
    clientKey,
  };
  await fetchAll(run, coerced);
  const { text, faults } = write(run, coerced);
  const isWhole = run.failures.length === 0 && faults.length === 0;
  if (isWhole && asText) return { data: dataText(text) };
  const data = JSON.parse(text);
  if (isWhole) return { data };
  return { data, errors: errorsOf(run, faults, data) };
};
