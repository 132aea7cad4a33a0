/** What an operation costs the databases: SQL statements per subgraph, counted in its trace. */
import { breach, type Check, type Finding, warning } from '../check.ts';
import { runsOf } from '../rules/runs.ts';
import { type StatementCounts, statementsIn } from '../rules/statements.ts';
import type { PublishedOperation, World } from '../world.ts';
import { nameOf } from './operations.ts';

export const statementBudgetsFile = 'statement-budgets.json';

type Budgets = Readonly<Record<string, StatementCounts>>;

export const statementBudgets: Check = {
  name: 'statement-budgets',
  title: 'No published operation sends more SQL statements than agreed, in any subgraph.',
  needs: 'system',
  run: async (world) => judge(await measured(world), agreedBudgets(world)),
  accept: async (world) => {
    const before = agreedBudgets(world);
    const after = await measured(world);
    world.baseline.write(statementBudgetsFile, `${JSON.stringify(after, null, 2)}\n`);
    return Object.entries(after)
      .filter(([name, counts]) => shown(counts) !== shown(before[name]))
      .map(([name, counts]) => `${name}: ${shown(before[name])} → ${shown(counts)}`);
  },
};

const measured = async (world: World): Promise<Budgets> => {
  const [runs, shop] = await Promise.all([runsOf(world), world.system()]);
  const counted = await Promise.all(
    runs
      .filter(({ operation }) => !waits(operation))
      .map(async ({ operation, reply }) => [nameOf(operation), statementsIn(await shop.traceOf(reply.traceId))]),
  );
  return Object.fromEntries(counted) as Budgets;
};

/** An operation that waits for the end of a checkout looks at the order as often as the machine is slow. */
const waits = ({ text }: PublishedOperation): boolean => /\bwaitMs: [1-9]/.test(text);

const agreedBudgets = ({ baseline }: World): Budgets =>
  JSON.parse(baseline.read(statementBudgetsFile) ?? '{}') as Budgets;

const acceptIt = 'If it is worth it: npm run contracts:accept -- statement-budgets';

export const judge = (actual: Budgets, agreed: Budgets): Finding[] =>
  Object.entries(actual).flatMap(([name, counts]) => {
    const budget = agreed[name];
    if (!budget) return [breach(name, `has no budget; it sends ${shown(counts)} statements.`, acceptIt)];
    const grown = Object.entries(counts).filter(([service, count]) => count > (budget[service] ?? 0));
    if (grown.length > 0)
      return grown.map(([service, count]) =>
        breach(
          name,
          `sends ${count} statements to the database of ${service}, and ${budget[service] ?? 0} were agreed.`,
          `A statement per item of a list? See npm run trace. ${acceptIt}`,
        ),
      );
    return shown(counts) === shown(budget)
      ? []
      : [warning(name, `sends only ${shown(counts)} of ${shown(budget)} statements: lower the budget.`, acceptIt)];
  });

const shown = (counts: StatementCounts | undefined): string =>
  Object.entries(counts ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, count]) => `${service} ${count}`)
    .join(', ') || 'no';
