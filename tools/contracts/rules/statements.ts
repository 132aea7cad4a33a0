/** SQL statements in a trace, as far as the client waited for them. */
import type { SpanNode, Trace } from '../../trace/traces.ts';

/** By subgraph. */
export type StatementCounts = Readonly<Record<string, number>>;

/** Work of consumers and relays hangs on the same trace, and happens after the answer. */
const isLater = ({ span }: SpanNode): boolean => span.kind === 'CONSUMER' || span.kind === 'PRODUCER';

const statement = 'db.query.text';

// Opening and closing a transaction costs a round trip too, but no budget: how many there are follows from the rest.
const frame = /^\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

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
