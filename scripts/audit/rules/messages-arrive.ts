import { notTakenIn } from '../not-taken-in.ts';
import type { Breach, Rule } from '../rule.ts';

/** Also what finds dead letters, wherever the bus keeps them: a message that died has no inbox row. */
export const messagesArrive: Rule = {
  name: 'messages-arrive',
  promise: 'every published message was taken in by each of its receivers',
  check: async ({ databases, settledBefore }) => {
    const breaches: Breach[] = [];
    for await (const page of notTakenIn(databases, settledBefore))
      breaches.push(
        ...page.map(({ id, type, from, to }) => ({
          ids: { message: id, from, to },
          what: `${type} was published and not taken in (is it a dead letter?)`,
        })),
      );
    return breaches;
  },
};
