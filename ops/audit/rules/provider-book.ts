/** The rule that compares two books: our ledger, and the one that the payment simulator keeps for itself. */
import type { AuditContext, Row, SystemRule, Violation } from '../rule.ts';

interface MoneyMoved extends Row {
  readonly reference: string;
  readonly kind: string;
  readonly times: number;
  /** pg gives a sum as text. */
  readonly amount: string;
  readonly latest: Date;
}

// 5,000 payments a page: two to four movements each, about a MiB.
const moneyPage = 5_000;

/** A hold that has expired is let go by whoever finds out first: time, or a cancel of ours. */
const kindOf = (kind: string): string => `CASE ${kind} WHEN 'EXPIRY' THEN 'VOID' ELSE ${kind} END`;

const effectsAfter = `
  SELECT e.reference, ${kindOf('e.kind')} AS kind, count(*)::int AS times, sum(e.amount) AS amount, max(e.at) AS latest
    FROM effect e
   WHERE e.reference IN (SELECT DISTINCT f.reference COLLATE "C" FROM effect f
                          WHERE f.reference > $1 COLLATE "C" ORDER BY 1 LIMIT ${moneyPage})
   GROUP BY 1, 2 ORDER BY e.reference COLLATE "C"`;
const entriesOf = `
  SELECT p.reference, ${kindOf('l.kind::text')} AS kind, count(*)::int AS times, sum(l.amount) AS amount, max(l.at) AS latest
    FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
   WHERE p.provider = 'simulator' AND p.reference = ANY ($1::text[])
   GROUP BY 1, 2`;
const bookedAfter = `
  SELECT p.id, p.reference FROM payment p
   WHERE p.provider = 'simulator' AND p.id > $1 AND p.created_at >= $2
     AND EXISTS (SELECT 1 FROM ledger_entry l WHERE l.payment_id = p.id)
   ORDER BY p.id LIMIT ${moneyPage}`;
// A simulator that was lost with a machine, or is younger than the shop, knows nothing of what was paid before.
const bookOpened = 'SELECT min(started_at) AS at FROM _prisma_migrations';
const unknownThere = `
  SELECT b.reference FROM unnest($1::text[]) AS b(reference)
   WHERE NOT EXISTS (SELECT 1 FROM effect e WHERE e.reference = b.reference COLLATE "C")`;

/**
 * The simulator keeps its own book of the money it moved, as a provider's settlement report would: a database that payment
 * cannot reach. Another provider's is not ours to read (`npm run reconcile` asks it).
 */
export const ledgerMatchesProvider: SystemRule = {
  name: 'ledger-matches-provider',
  promise: 'each effect at the provider has one ledger row, and no ledger row lacks one',
  scope: 'full',
  check: async (context) => {
    const { payment, simulator } = context.databases;
    if (!simulator) return [];
    const violations: Violation[] = [];
    // Effects are read before the entries: what is recorded meanwhile is younger than the settling time.
    for (let after = ''; ; ) {
      const effects = await simulator<MoneyMoved>(effectsAfter, after);
      const last = effects.at(-1);
      if (!last) break;
      const references = [...new Set(effects.map(({ reference }) => reference))];
      violations.push(...differences(context, effects, await payment<MoneyMoved>(entriesOf, references)));
      after = last.reference;
    }
    const [opened] = await simulator<{ at: Date }>(bookOpened);
    for (let after = ''; ; ) {
      const booked = await payment<{ id: string; reference: string }>(bookedAfter, after, opened?.at);
      const last = booked.at(-1);
      if (!last) return violations;
      const unknown = await simulator<{ reference: string }>(
        unknownThere,
        booked.map(({ reference }) => reference),
      );
      const references = unknown.map(({ reference }) => reference);
      violations.push(...differences(context, [], await payment<MoneyMoved>(entriesOf, references)));
      after = last.id;
    }
  },
};

/** Effects younger than the settling time may still be on their way into the ledger. */
const differences = (
  { settledBefore }: AuditContext,
  effects: readonly MoneyMoved[],
  entries: readonly MoneyMoved[],
): Violation[] => {
  const keyOf = ({ reference, kind }: MoneyMoved): string => `${reference} ${kind}`;
  const [did, booked] = [effects, entries].map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  return [...new Set([...effects, ...entries].map(keyOf))].flatMap((key) => {
    const [effect, entry] = [did?.get(key), booked?.get(key)];
    const one = (effect ?? entry) as MoneyMoved;
    const isSame = effect?.times === entry?.times && effect?.amount === entry?.amount;
    if (isSame || [effect, entry].some((row) => row && row.latest >= settledBefore)) return [];
    const what =
      `${one.kind}: the provider did ${effect?.times ?? 0} (${effect?.amount ?? 0}), ` +
      `the ledger has ${entry?.times ?? 0} (${entry?.amount ?? 0})`;
    return [{ ids: { reference: one.reference }, what }];
  });
};
