/** Messages: at least once from outbox to inbox, in effect once. All but the first rule apply to every service of the list. */
import { type DatabaseName, databaseNames } from '../../services.ts';
import {
  countsByKey,
  type OrderRule,
  type Query,
  type Row,
  type Rule,
  type SystemRule,
  type Violation,
} from '../rule.ts';
import { unprocessedMessages } from '../unprocessed-messages.ts';

/** The command that each reply answers. One command may lead to `payment.action-required` several times. */
const commandOfReply: Readonly<Record<string, string>> = {
  'stock.reserved': 'stock.reserve',
  'stock.rejected': 'stock.reserve',
  'stock.committed': 'stock.commit',
  'stock.commit-failed': 'stock.commit',
  'stock.released': 'stock.release',
  'payment.authorized': 'payment.authorize',
  'payment.declined': 'payment.authorize',
  'payment.captured': 'payment.capture',
  'payment.capture-failed': 'payment.capture',
  'payment.cancelled': 'payment.cancel',
  'payment.cancel-failed': 'payment.cancel',
};

interface Counted extends Row {
  readonly attempt: string;
  readonly order: string;
  readonly type: string;
  readonly times: string;
}

const counted = `count(*) AS times FROM outbox_message WHERE aggregate_id = ANY ($1::text[]) AND aggregate_type = ANY ($2::text[])`;
const commandsSent = `SELECT data->>'attemptId' AS attempt, aggregate_id AS "order", type, ${counted}
                 AND type = ANY ($3::text[]) GROUP BY 1, 2, 3`;
const repliesSent = `SELECT aggregate_id AS attempt, data->>'orderId' AS "order", type, ${counted}
                     AND type = ANY ($3::text[]) GROUP BY 1, 2, 3`;

/**
 * What was said of an attempt without being asked: staff did it by hand, or it happened at the provider. What one look
 * has found has one time: a capture there says what it lets go, too. A refund there of all that is left may do what a refused cancel could not. Read for the few with too much.
 */
const saidUnasked = `
  SELECT p.attempt_id AS attempt, p.order_id AS "order",
         CASE m.data->>'action' WHEN 'voidPayment' THEN 'payment.cancel' ELSE 'payment.capture' END AS type, count(*) AS times
    FROM payment p
    JOIN outbox_message m ON m.type = 'staff.acted' AND m.data->>'action' IN ('voidPayment', 'capturePayment')
                         AND m.data->'subject'->>'id' = p.id
   WHERE p.attempt_id = ANY ($1::text[])
   GROUP BY 1, 2, 3
   UNION ALL
  SELECT p.attempt_id, p.order_id,
         CASE WHEN l.kind = 'CAPTURE' OR l.kind = 'VOID' AND p.captured > 0 THEN 'payment.capture' ELSE 'payment.cancel' END,
         count(DISTINCT l.at)
    FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
   WHERE p.attempt_id = ANY ($1::text[]) AND l.kind IN ('CAPTURE', 'VOID', 'EXPIRY')
     AND NOT EXISTS (SELECT FROM operation o WHERE o.key = l.operation_key)
   GROUP BY 1, 2, 3
   UNION ALL
  SELECT p.attempt_id, p.order_id, 'payment.cancel', 1
    FROM payment p
   WHERE p.attempt_id = ANY ($1::text[]) AND p.status = 'REFUNDED'
     AND EXISTS (SELECT FROM ledger_entry l WHERE l.payment_id = p.id AND l.kind = 'REFUND'
                    AND NOT EXISTS (SELECT FROM operation o WHERE o.key = l.operation_key))`;

/**
 * With a working inbox a command that arrives twice is answered once. A reply too many is the trace of a second effect,
 * whatever the state tables made of it.
 */
const commandsTakeEffectOnce: OrderRule = {
  name: 'commands-take-effect-once',
  promise: 'no command has taken effect more often than it was sent',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const settled = orders.filter((order) => order.is_settled).map(({ id }) => id);
    const commandTypes = [...new Set(Object.values(commandOfReply))];
    const commands = await databases.order<Counted>(commandsSent, settled, ['order'], commandTypes);
    const due = countsByKey(commands, ({ attempt, type }) => `${attempt} ${type}`);
    const attempts = [...new Set(commands.map(({ attempt }) => attempt))];
    const subjects = ['reservation', 'payment-attempt'];
    const replies: Counted[] = [];
    for (const database of [databases.product, databases.payment])
      replies.push(...(await database<Counted>(repliesSent, attempts, subjects, Object.keys(commandOfReply))));
    const keyOf = ({ attempt, type }: Counted) => `${attempt} ${commandOfReply[type]}`;
    const orderOf = new Map(replies.map((reply) => [keyOf(reply), reply.order]));
    const tooMany = [...countsByKey(replies, keyOf)].filter(([key, times]) => times > (due.get(key) ?? 0));
    const suspects = [...new Set(tooMany.map(([key]) => key.split(' ')[0] ?? ''))];
    const unasked = countsByKey(
      suspects.length > 0 ? await databases.payment<Counted>(saidUnasked, suspects) : [],
      ({ attempt, type }) => `${attempt} ${type}`,
    );
    return tooMany
      .filter(([key, times]) => times > (due.get(key) ?? 0) + (unasked.get(key) ?? 0))
      .map(([key, times]) => {
        const [attempt = '', command = ''] = key.split(' ');
        return {
          ids: { order: orderOf.get(key) ?? '', attempt, command },
          what: `${command} was sent ${due.get(key) ?? 0} times and answered ${times} times`,
        };
      });
  },
};

const stuck = `
  SELECT id, type, occurred_at FROM outbox_message
   WHERE published_at IS NULL AND occurred_at < $1
   ORDER BY position`;

const outboxesDrain: SystemRule = {
  name: 'outboxes-drain',
  promise: 'no message waits in an outbox for longer than the settling time',
  scope: 'always',
  check: async ({ databases, settledBefore }) =>
    ofEachService(async (service) =>
      (await databases[service]<{ id: string; type: string; occurred_at: Date }>(stuck, settledBefore)).map((row) => ({
        ids: { message: row.id, service },
        what: `${row.type} waits since ${row.occurred_at.toISOString()}`,
      })),
    ),
};

const ofEachService = async (check: (service: DatabaseName) => Promise<Violation[]>): Promise<Violation[]> =>
  (await Promise.all(databaseNames.map(check))).flat();

// 20,000 messages a statement: a fraction of a second.
const pageSize = 20_000;

const gaps = `
  SELECT m.aggregate_type, m.aggregate_id, m.sequence
    FROM outbox_message m
   WHERE m.position > $1::bigint AND m.position <= $1::bigint + ${pageSize} AND m.sequence <> 1
     AND NOT EXISTS (SELECT 1 FROM outbox_message before
                      WHERE before.aggregate_type = m.aggregate_type AND before.aggregate_id = m.aggregate_id
                        AND before.sequence = m.sequence - 1)`;

/** Each number's predecessor exists: with the unique index on them, that makes 1, 2, 3 … */
const eventSequencesHaveNoGaps: SystemRule = {
  name: 'event-sequences-have-no-gaps',
  promise: 'the messages of each aggregate are numbered from 1 without gaps',
  scope: 'moved',
  check: async ({ databases, moved }) =>
    ofEachService((service) => gapsIn(service, databases[service], Number(moved?.since[service] ?? 0))),
};

const gapsIn = async (service: DatabaseName, outbox: Query, since: number): Promise<Violation[]> => {
  const violations: Violation[] = [];
  const [row] = await outbox<{ last: string | null }>('SELECT max(position) AS last FROM outbox_message');
  const last = Number(row?.last ?? 0);
  for (let after = since; after < last; after += pageSize)
    for (const { aggregate_type, aggregate_id, sequence } of await outbox(gaps, after))
      violations.push({
        ids: { [String(aggregate_type)]: String(aggregate_id), service },
        what: `has message number ${sequence} and none before it`,
      });
  return violations;
};

/** Finds dead letters too, wherever the bus keeps them: a dead message has no inbox row. */
const messagesAreProcessed: SystemRule = {
  name: 'messages-are-processed',
  promise: 'every published message was processed by each of its receivers',
  scope: 'moved',
  check: async ({ databases, settledBefore, moved }) => {
    const violations: Violation[] = [];
    for await (const page of unprocessedMessages(databases, settledBefore, moved?.since))
      for (const { id, type, from, to } of page)
        violations.push({
          ids: { message: id, from, to },
          what: `${type} was published and not processed (is it a dead letter?)`,
        });
    return violations;
  },
};

export const messageRules: readonly Rule[] = [
  commandsTakeEffectOnce,
  outboxesDrain,
  eventSequencesHaveNoGaps,
  messagesAreProcessed,
];
