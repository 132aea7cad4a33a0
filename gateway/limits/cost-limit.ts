/** The limit of an operation's cost, per role. Clients that send `x-agora-cost: 1` are told the cost. */
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { isStaff, may, type Viewer } from '#contracts/viewer.ts';
import { largestPage } from '#platform/graphql/connection.ts';
import { Histogram, type Registry } from '#platform/observability/metrics.ts';
import type { AnsweredOperation, LoadedSchema, ResolvedOperation } from '../graphql/steps.ts';
import { type CostPolicy, costPolicy, noCostPolicy, type OperationCost, operationCost } from './operation-cost.ts';
import { pageTooLarge, type Rejections, tooExpensive } from './rejections.ts';
import type { LimitsConfig } from './variables.ts';

const costHeader = 'x-agora-cost';

/** As much of an operation as its cost depends on. */
export type PricedRequest = Pick<ResolvedOperation, 'schema' | 'document' | 'operation' | 'request' | 'contextValue'>;

/** Per schema: its policy, and the costs that do not depend on variables. */
interface PricedSchema {
  readonly policy: CostPolicy;
  readonly fixedPrices: WeakMap<OperationDefinitionNode, Priced>;
}

type Priced = Pick<OperationCost, 'cost' | 'oversized'>;

export const costLimits = (config: LimitsConfig, { record }: Rejections, metrics: Registry) => {
  const costs = new Histogram({
    name: 'agora_gateway_operation_cost_units',
    help: 'Estimated maximum cost of operations, by role.',
    labelNames: ['role'],
    // The last bucket is the highest limit.
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000],
    registers: [metrics],
  });
  // A request finishes on the schema it began with, and so does its cost.
  const priced = new WeakMap<GraphQLSchema, PricedSchema>();

  const priceOf = ({ schema, document, operation, request }: PricedRequest): Priced => {
    const { policy, fixedPrices } = priced.get(schema) ?? unpriced();
    const known = fixedPrices.get(operation);
    if (known) return known;
    const variables = request.variables ?? {};
    const { dependsOnVariables, ...price } = operationCost({ schema, policy, document, operation, variables });
    if (!dependsOnVariables) fixedPrices.set(operation, price);
    return price;
  };
  const costOf = (resolved: PricedRequest): number => priceOf(resolved).cost;

  const bounds: Record<CostRole, number> = {
    guest: config.LIMIT_COST_GUEST,
    customer: config.LIMIT_COST_CUSTOMER,
    staff: config.LIMIT_COST_STAFF,
    admin: config.LIMIT_COST_ADMIN,
  };

  const isBeyond = (cost: number, viewer: Viewer): boolean => cost > bounds[costRole(viewer)];

  return {
    /** What a rate limit charges for it. A refused operation costs no more than reading it. */
    charge: (resolved: PricedRequest): number => {
      const cost = costOf(resolved);
      return isBeyond(cost, resolved.contextValue.viewer) && config.LIMITS_MODE === 'enforce' ? 1 : cost;
    },
    /** For each schema that Apollo Server loads. */
    priceSchema: ({ apiSchema, coreSupergraphSdl }: LoadedSchema): void => {
      if (coreSupergraphSdl) priced.set(apiSchema, { ...unpriced(), policy: costPolicy(coreSupergraphSdl) });
    },
    check: (resolved: PricedRequest, of: Readonly<Record<string, unknown>>) => {
      const role = costRole(resolved.contextValue.viewer);
      const { cost, oversized } = priceOf(resolved);
      costs.observe({ role }, cost);
      if (!isBeyond(cost, resolved.contextValue.viewer)) return undefined;
      const refusal = oversized
        ? pageTooLarge(oversized.coordinate, oversized.argument, largestPage)
        : tooExpensive(cost, bounds[role], roleNames[role]);
      return record('COST', refusal, of);
    },
    /** `extensions.cost`, for clients that want to know how close they are to the limit. */
    reportCost: ({ document, operation, request, response, schema, contextValue }: AnsweredOperation): void => {
      if (!document || !operation || !request.http?.headers.get(costHeader)) return;
      const cost = {
        requested: costOf({ schema, document, operation, request, contextValue }),
        limit: bounds[costRole(contextValue.viewer)],
      };
      const { singleResult } = response.body;
      response.body.singleResult = { ...singleResult, extensions: { ...singleResult.extensions, cost } };
    },
  };
};

const unpriced = (): PricedSchema => ({ policy: noCostPolicy, fixedPrices: new WeakMap() });

const roleNames = { guest: 'guests', customer: 'customers', staff: 'staff', admin: 'administrators' } as const;
type CostRole = keyof typeof roleNames;

const costRole = (viewer: Viewer): CostRole => {
  if (viewer.kind === 'guest') return 'guest';
  // A machine asks for what staff would, whatever it may do.
  if (viewer.kind === 'apiKey') return 'staff';
  if (may(viewer, 'roles:manage')) return 'admin';
  return isStaff(viewer) ? 'staff' : 'customer';
};
