/** Our ledger beside the provider's own book of the money that it moved. */
import type { AuditContext, Row, SystemRule, Violation } from '../rule.ts';

interface Booked extends Row {
  readonly reference: string;
  readonly kind: string;
  readonly rows: number;
  readonly amount: number;
  readonly latest: Date;
}

// 1,000 payments a statement: none grows with the shop.
const comparedAtOnce = 1_000;

/**
 * The simulator keeps its own book of the money it moved, as a provider's settlement report would; it is in a database of its
 * own, and there only where the simulator runs. Its book is read first: what it has is in the ledger by then, or is younger than
 * the settling time.
 */
const compareBooks = async ({ databases, settledBefore }: AuditContext): Promise<readonly Violation[]> => {
  const { simulator, payment } = databases;
  if (!simulator) return [];
  const violations: Violation[] = [];
  let after = '';
  let upTo: string | null;
  do {
    const effects = await simulator<Booked>(
      `SELECT reference, kind, count(*)::integer AS rows, sum(amount)::float AS amount, max(at) AS latest
         FROM effect
        WHERE reference IN (SELECT DISTINCT reference COLLATE "C" AS reference FROM effect
                             WHERE reference COLLATE "C" > $1 ORDER BY reference LIMIT $2)
        GROUP BY reference, kind ORDER BY reference COLLATE "C"`,
      after,
      comparedAtOnce,
    );
    upTo = new Set(effects.map(({ reference }) => reference)).size < comparedAtOnce ? null : lastOf(effects);
    const entries = await payment<Booked>(
      `SELECT p.reference, l.kind::text AS kind, count(*)::integer AS rows, sum(l.amount)::float AS amount, max(l.at) AS latest
         FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
        WHERE p.provider = 'simulator' AND p.reference COLLATE "C" > $1
          AND ($2::text IS NULL OR p.reference COLLATE "C" <= $2)
        GROUP BY p.reference, l.kind`,
      after,
      upTo,
    );
    violations.push(...differences(effects, entries, settledBefore));
    after = upTo ?? '';
  } while (upTo !== null);
  return violations;
};

const lastOf = (effects: readonly Booked[]): string | null => effects.at(-1)?.reference ?? null;

const differences = (effects: readonly Booked[], entries: readonly Booked[], settledBefore: Date): Violation[] => {
  const keyOf = ({ reference, kind }: Booked) => `${reference} ${kind}`;
  const effected = new Map(effects.map((row) => [keyOf(row), row]));
  const entered = new Map(entries.map((row) => [keyOf(row), row]));
  return [...new Set([...effected.keys(), ...entered.keys()])].flatMap((key) => {
    const [effect, entry] = [effected.get(key), entered.get(key)];
    const [reference = '', kind = ''] = key.split(' ');
    const isSame = effect?.rows === entry?.rows && effect?.amount === entry?.amount;
    const isSettled = [effect, entry].every((row) => !row || row.latest < settledBefore);
    const did = `the provider did ${effect?.rows ?? 0} (${effect?.amount ?? 0})`;
    const what = `${kind}: ${did}, the ledger has ${entry?.rows ?? 0} (${entry?.amount ?? 0})`;
    return isSame || !isSettled ? [] : [{ ids: { reference }, what }];
  });
};

export const ledgerMatchesProvider: SystemRule = {
  name: 'ledger-matches-provider',
  promise: 'each effect at the provider has one ledger row, and no ledger row lacks one',
  scope: 'full',
  check: compareBooks,
};
