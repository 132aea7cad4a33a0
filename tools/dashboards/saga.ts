/** The checkout, from the order to the money, and what carries it. */
import { type Dashboard, type Panel, percentile, query, rate } from './panel.ts';

const orders: readonly Panel[] = [
  {
    title: 'Orders under way, by status',
    unit: 'short',
    as: 'stacked',
    means: 'High and flat: that step gets no replies. AUTHORIZING may hold customers who answer their bank.',
    queries: [query('checkout:orders:max', '{{status}}')],
  },
  {
    title: 'Orders that need a person',
    unit: 'short',
    redFrom: 1,
    means: 'Parked orders, and calls for a person within an hour. Any: runbook, OrdersNeedAttention.',
    queries: [
      query('max(agora_orders_needing_attention)', 'parked'),
      query('sum(increase(agora_order_alarms_total[1h]))', 'calls within an hour'),
    ],
  },
  {
    title: 'Most overdue order',
    unit: 's',
    redFrom: 60,
    means: 'How long past its time-out. A second or two is the sweep’s rhythm; more means that it does not run.',
    queries: [query('max(agora_order_most_overdue_seconds)', 'overdue')],
  },
  {
    title: 'Duration of checkouts',
    unit: 's',
    redFrom: 5,
    means: 'From placing the order to its outcome. High: a queue is long, or the provider slow; compare below.',
    queries: [0.5, 0.95, 0.99].map((share) =>
      query(percentile(share, 'agora_checkout_duration_seconds', []), `p${share * 100}`),
    ),
  },
  {
    title: 'Transitions',
    unit: 'cps',
    means: 'Changes of status a second. Many to COMPENSATING: checkouts are undone; the step before says why.',
    queries: [query(`sum by (from, to) (${rate('agora_order_transitions_total')})`, '{{from}} → {{to}}')],
  },
  {
    title: 'Ended, by status',
    unit: 'cps',
    as: 'stacked',
    means: 'CONFIRMED is business. REJECTED: no stock, or a changed price. PAYMENT_FAILED: declined.',
    queries: [query('checkout:ended:rate15m', '{{status}}')],
  },
];

const messages: readonly Panel[] = [
  {
    title: 'Delay of messages, 95th percentile',
    unit: 's',
    means: 'From what a message tells of to the start of its handling: outbox, relay and queue together.',
    queries: [query(percentile(0.95, 'agora_message_delay_seconds', ['type']), '{{type}}')],
  },
  {
    title: 'Handling of messages, 95th percentile',
    unit: 's',
    means: 'High: that handler waits for its database (see the pool of its service), or for a lock.',
    queries: [query(percentile(0.95, 'agora_message_duration_seconds', ['type']), '{{type}}')],
  },
  {
    title: 'Failed tries, by queue',
    unit: 'percentunit',
    redFrom: 0.1,
    means: 'Share of the tries that failed and are made again; after eight a message is a dead letter.',
    queries: [query('queue:message_failures:ratio_rate5m', '{{queue}}')],
  },
  {
    title: 'Messages in the queues',
    unit: 'short',
    means: 'Waiting, put off and dead. Rising "waiting": more comes in than its consumers take.',
    queries: [query('queue:messages:max{state!="active"}', '{{queue}} {{state}}')],
  },
  {
    title: 'Oldest waiting message',
    unit: 's',
    redFrom: 60,
    means: 'Beyond 60 s a step of the checkout times out because nobody has read its message.',
    queries: [query('queue:oldest_waiting_seconds:max', '{{queue}}')],
  },
  {
    title: 'Outboxes',
    unit: 's',
    redFrom: 30,
    means: 'Age of the oldest message that is not published. High: relay or Redis is away.',
    queries: [query('service:outbox_oldest_waiting_seconds:max', '{{service}}')],
  },
];

const promises: readonly Panel[] = [
  {
    title: 'Provider calls by outcome',
    unit: 'cps',
    as: 'stacked',
    means: '"unknown" had no answer and is made again with the same key.',
    queries: [query(`sum by (outcome) (${rate('payment_provider_call_seconds_count')})`, '{{outcome}}')],
  },
  {
    title: 'Provider calls, 95th percentile',
    unit: 's',
    redFrom: 2.5,
    means: 'High: checkouts are as slow as their provider.',
    queries: [query('provider:call_seconds:p95', '{{operation}}')],
  },
  {
    title: 'Broken invariants, by rule',
    unit: 'short',
    redFrom: 1,
    means: 'What the last audit found. Any: runbook, InvariantBreach.',
    queries: [query('max by (rule) (agora_audit_breaches) > 0', '{{rule}}')],
  },
  {
    title: 'Age of the last audit',
    unit: 's',
    redFrom: 2_400,
    means:
      'High: nobody checks the promises at present. A full audit looks at everything, the others at what has moved.',
    queries: [
      query('time() - max(agora_audit_last_success_timestamp_seconds)', 'age'),
      query('time() - max(agora_audit_last_full_timestamp_seconds)', 'full'),
    ],
  },
  {
    title: 'Duration of audits',
    unit: 's',
    means: 'A full one grows with the tables that it reads, and is broken off after 30 minutes.',
    queries: [query('max by (round) (agora_audit_duration_seconds)', '{{round}}')],
  },
  {
    title: 'Audits that could not be made',
    unit: 'short',
    redFrom: 1,
    means: 'Within an hour. A database out of the auditor’s reach.',
    queries: [query('sum(increase(agora_audit_failures_total[1h]))', 'failures')],
  },
];

export const saga: Dashboard = {
  name: 'saga',
  title: 'checkout saga',
  about: 'Orders on their way from the cart to sold goods and taken money, or back to nothing.',
  variables: [],
  rows: [
    { title: 'Orders', panels: orders },
    { title: 'Messages', panels: messages },
    { title: 'Money and promises', panels: promises },
  ],
};
