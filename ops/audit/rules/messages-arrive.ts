import { notTakenIn } from '../not-taken-in.ts';
import type { Breach, SystemRule } from '../rule.ts';

/** Also what finds dead letters, wherever the bus keeps them: a message that died has no inbox row. */
export const messagesArrive: SystemRule = {
  name: 'messages-arrive',
  promise: 'every published message was taken in by each of its receivers',
  scope: 'moved',
  check: async ({ databases, settledBefore, moved }) => {
    const breaches: Breach[] = [];
    for await (const page of notTakenIn(databases, settledBefore, moved?.since))
      breaches.push(
        ...page.map(({ id, type, from, to }) => ({
          ids: { message: id, from, to },
          what: `${type} was published and not taken in (is it a dead letter?)`,
        })),
      );
    return breaches;
  },
};
