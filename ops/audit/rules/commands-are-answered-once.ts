import type { OrderRule, Row } from '../rule.ts';

/** Each answer, and the command that it answers. `payment.action-required` may come more than once for one. */
const answers = {
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
} as const;
const commandOf = (type: string): string | undefined => answers[type as keyof typeof answers];

interface Said extends Row {
  readonly attempt: string;
  readonly order: string;
  readonly type: string;
  readonly times: string;
}

const counted = `count(*) AS times FROM outbox_message WHERE aggregate_id = ANY ($1::text[]) AND aggregate_type = ANY ($2::text[])`;
const sent = `SELECT data->>'attemptId' AS attempt, aggregate_id AS "order", type, ${counted}
                 AND type = ANY ($3::text[]) GROUP BY 1, 2, 3`;
const answered = `SELECT aggregate_id AS attempt, data->>'orderId' AS "order", type, ${counted}
                     AND type = ANY ($3::text[]) GROUP BY 1, 2, 3`;

/**
 * Where the inbox does its work, a command that comes twice is answered once. An answer too many is the trace that a
 * second effect leaves, whatever the state tables made of it.
 */
export const commandsAreAnsweredOnce: OrderRule = {
  name: 'commands-are-answered-once',
  promise: 'no command has taken effect more often than it was sent',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const settled = orders.filter((order) => order.is_settled).map(({ id }) => id);
    const commands = await databases.order<Said>(sent, settled, ['order'], [...new Set(Object.values(answers))]);
    const left = new Map(commands.map(({ attempt, type, times }) => [`${attempt} ${type}`, Number(times)]));
    const attempts = [...new Set(commands.map(({ attempt }) => attempt))];
    const replies: Said[] = [];
    for (const database of [databases.product, databases.payment])
      replies.push(
        ...(await database<Said>(answered, attempts, ['reservation', 'payment-attempt'], Object.keys(answers))),
      );
    return [...Map.groupBy(replies, ({ attempt, type }) => `${attempt} ${commandOf(type)}`)].flatMap(
      ([key, [first, ...more]]) => {
        const times = [first, ...more].reduce((sum, reply) => sum + Number(reply?.times), 0);
        const due = left.get(key) ?? 0;
        if (!first || times <= due) return [];
        const [attempt, command] = key.split(' ');
        return [
          {
            ids: { order: first.order, attempt: String(attempt), command: String(command) },
            what: `${command} was sent ${due} times and answered ${times} times`,
          },
        ];
      },
    );
  },
};
