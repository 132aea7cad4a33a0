import { sqlRule } from '../rule.ts';

/**
 * The simulator keeps its own book of what really happened to money, as a provider's settlement report would. Effects
 * younger than the settling time may still be on their way into the ledger.
 */
export const ledgerMatchesProvider = sqlRule({
  name: 'ledger-matches-provider',
  promise: 'each effect at the provider has one ledger row, and no ledger row lacks one',
  scope: 'full',
  database: 'payment',
  sql: `
    SELECT coalesce(e.reference, l.reference) AS reference, coalesce(e.kind, l.kind) AS kind,
           coalesce(e.rows, 0) AS effects, coalesce(e.amount, 0) AS effected,
           coalesce(l.rows, 0) AS entries, coalesce(l.amount, 0) AS entered
      FROM (SELECT reference, kind, count(*) AS rows, sum(amount) AS amount, max(at) AS latest
              FROM simulator.effect GROUP BY reference, kind) e
      FULL JOIN (SELECT p.reference, l.kind::text AS kind, count(*) AS rows, sum(l.amount) AS amount, max(l.at) AS latest
                   FROM ledger_entry l JOIN payment p ON p.id = l.payment_id
                  WHERE p.provider = 'simulator' GROUP BY p.reference, l.kind) l
        ON l.reference = e.reference AND l.kind = e.kind
     WHERE (coalesce(e.rows, 0), coalesce(e.amount, 0)) <> (coalesce(l.rows, 0), coalesce(l.amount, 0))
       AND greatest(e.latest, l.latest) < $1`,
  breach: ({ reference, kind, effects, effected, entries, entered }) => ({
    ids: { reference: String(reference) },
    what: `${kind}: the provider did ${effects} (${effected}), the ledger has ${entries} (${entered})`,
  }),
});
