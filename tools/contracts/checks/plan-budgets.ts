/** What an operation may cost at the gateway: fetches, rounds of them, services. Committed, so that growth is a decision. */
import { breach, type Check, type Finding, warning } from '../check.ts';
import { fetchesOf, planOf } from '../rules/plans.ts';
import type { World } from '../world.ts';
import { nameOf } from './operations.ts';

export const planBudgetsFile = 'plan-budgets.json';

interface PlanCost {
  /** Calls of subgraphs. */
  readonly fetches: number;
  /** Rounds: calls that have to wait for each other. */
  readonly depth: number;
  /** Subgraphs that have to be up for the whole answer. */
  readonly services: readonly string[];
}

export const planBudgets: Check = {
  name: 'plan-budgets',
  title: 'No published operation needs more fetches, rounds or services than agreed.',
  needs: 'files',
  run: (world) => {
    const agreed = budgetsIn(world);
    const actual = costs(world);
    const gone = Object.keys(agreed).filter((name) => !(name in actual));
    return [
      ...Object.entries(actual).flatMap(([name, cost]) => compared(name, cost, agreed[name])),
      ...gone.map((name) => warning(name, 'has a budget, and is no longer published.', acceptIt)),
    ];
  },
  accept: (world) => {
    const before = budgetsIn(world);
    const after = costs(world);
    world.baseline.write(planBudgetsFile, `${JSON.stringify(after, null, 2)}\n`);
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => shown(before[name]) !== shown(after[name]))
      .map((name) => `${name}: ${shown(before[name])} → ${shown(after[name])}`);
  },
};

const acceptIt = 'If it is meant to be so: npm run contracts:accept -- plan-budgets';

const compared = (name: string, cost: PlanCost, budget: PlanCost | undefined): Finding[] => {
  if (!budget) return [breach(name, `has no budget; it needs ${shown(cost)}.`, acceptIt)];
  const more = cost.services.filter((service) => !budget.services.includes(service));
  const grown = cost.fetches > budget.fetches || cost.depth > budget.depth || more.length > 0;
  const shrunk = shown(cost) !== shown(budget);
  if (grown)
    return [
      breach(
        name,
        `needs ${shown(cost)}, and ${shown(budget)} were agreed.`,
        `Look at its plan in the playground. ${acceptIt}`,
      ),
    ];
  return shrunk ? [warning(name, `needs only ${shown(cost)} of ${shown(budget)}: lower the budget.`, acceptIt)] : [];
};

const shown = (cost: PlanCost | undefined): string =>
  cost ? `${cost.fetches} fetches in ${cost.depth} rounds (${cost.services.join(', ')})` : 'none';

const costs = (world: World): Record<string, PlanCost> =>
  Object.fromEntries(
    world.operations
      .filter(({ type }) => type !== 'subscription')
      .map((operation) => {
        const fetches = fetchesOf(planOf(world, operation));
        const services = [...new Set(fetches.map(({ service }) => service))].toSorted();
        const depth = Math.max(0, ...fetches.map((fetch) => fetch.depth));
        return [nameOf(operation), { fetches: fetches.length, depth, services }];
      }),
  );

const budgetsIn = ({ baseline }: World): Record<string, PlanCost> =>
  JSON.parse(baseline.read(planBudgetsFile) ?? '{}') as Record<string, PlanCost>;
