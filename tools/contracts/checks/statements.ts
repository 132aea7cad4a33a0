/** What an operation costs the databases: SQL statements per subgraph, counted in its trace. */
import type { SpanNode, Trace } from '../../trace.ts';
import { type Check, type Finding, violation, warning } from '../check.ts';
import { runsOf } from '../runs.ts';
import { nameOf, type PublishedOperation, type Workspace } from '../workspace.ts';

/** By subgraph. */
export type StatementCounts = Readonly<Record<string, number>>;

/** Work of consumers and relays hangs on the same trace, and happens after the answer. */
const isLater = ({ span }: SpanNode): boolean => span.kind === 'CONSUMER' || span.kind === 'PRODUCER';

const statement = 'db.query.text';

// Opening and closing a transaction costs a round trip too, but no budget: how many there are follows from the rest.
const frame = /^\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

/** The statements of a trace that the client waited for. */
export const statementsIn = ({ roots }: Trace): StatementCounts => {
  const counts: Record<string, number> = {};
  const walk = (nodes: readonly SpanNode[]): void => {
    for (const node of nodes.filter((each) => !isLater(each))) {
      const sql = node.span.attributes[statement];
      if (typeof sql === 'string' && !frame.test(sql)) counts[node.span.service] = (counts[node.span.service] ?? 0) + 1;
      walk(node.below);
    }
  };
  walk(roots);
  return counts;
};

const baselineFile = 'statement-budgets.json';

type Budgets = Readonly<Record<string, StatementCounts>>;

export const statementBudgets: Check = {
  name: 'statement-budgets',
  title: 'No published operation sends more SQL statements than agreed, in any subgraph.',
  needs: 'system',
  run: async (workspace) => compared(await measured(workspace), agreedBudgets(workspace)),
  accept: async (workspace) => {
    const before = agreedBudgets(workspace);
    const after = await measured(workspace);
    workspace.baseline.writeJson(baselineFile, after);
    return Object.entries(after)
      .filter(([name, counts]) => formatted(counts) !== formatted(before[name]))
      .map(([name, counts]) => `${name}: ${formatted(before[name])} → ${formatted(counts)}`);
  },
};

const measured = async (workspace: Workspace): Promise<Budgets> => {
  const [runs, shop] = await Promise.all([runsOf(workspace), workspace.system()]);
  const counted = await Promise.all(
    runs
      .filter(({ operation }) => !waits(operation))
      .map(async ({ operation, reply }) => [nameOf(operation), statementsIn(await shop.traceOf(reply.traceId))]),
  );
  return Object.fromEntries(counted) as Budgets;
};

/** An operation that waits for the end of a checkout looks at the order as often as the machine is slow. */
const waits = ({ text }: PublishedOperation): boolean => /\bwaitMs: [1-9]/.test(text);

const agreedBudgets = ({ baseline }: Workspace) => baseline.json<Budgets>(baselineFile);

const acceptHint = 'If it is worth it: npm run contracts:accept -- statement-budgets';

export const compared = (actual: Budgets, agreed: Budgets): Finding[] =>
  Object.entries(actual).flatMap(([name, counts]) => {
    const budget = agreed[name];
    if (!budget) return [violation(name, `has no budget; it sends ${formatted(counts)} statements.`, acceptHint)];
    const grown = Object.entries(counts).filter(([service, count]) => count > (budget[service] ?? 0));
    if (grown.length > 0)
      return grown.map(([service, count]) =>
        violation(
          name,
          `sends ${count} statements to the database of ${service}, and ${budget[service] ?? 0} were agreed.`,
          `A statement per item of a list? See npm run trace. ${acceptHint}`,
        ),
      );
    return formatted(counts) === formatted(budget)
      ? []
      : [
          warning(
            name,
            `sends only ${formatted(counts)} of ${formatted(budget)} statements: lower the budget.`,
            acceptHint,
          ),
        ];
  });

const formatted = (counts: StatementCounts | undefined): string =>
  Object.entries(counts ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, count]) => `${service} ${count}`)
    .join(', ') || 'no';
