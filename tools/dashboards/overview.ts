/** The first page: is the shop well, and if not, where to look. */
import { type Dashboard, type Panel, query, rate } from './panel.ts';

const numbers: readonly Panel[] = [
  {
    title: 'Services down',
    unit: 'short',
    as: 'stat',
    redFrom: 1,
    means: 'Jobs of which no replica answers. Any: see "Replicas that answer" below, and the runbook’s ServiceDown.',
    queries: [query('count(max by (job) (up) == 0) or vector(0)')],
  },
  {
    title: 'Operations not answered whole',
    unit: 'percentunit',
    as: 'stat',
    redFrom: 0.05,
    means:
      'Share of the operations of 5 minutes that failed or lack a part. Refused ones are their clients’ fault and not counted.',
    queries: [query('gateway:operation_errors:ratio_rate5m')],
  },
  {
    title: 'Queries, 95th percentile',
    unit: 's',
    as: 'stat',
    redFrom: 1,
    means: 'One query in twenty takes longer. High: see the gateway’s dashboard for which subgraph it waits for.',
    queries: [query('gateway:operation_duration_seconds:p95{type="query"}')],
  },
  {
    title: 'Orders that need a person',
    unit: 'short',
    as: 'stat',
    redFrom: 1,
    means: 'Parked as NEEDS_ATTENTION because an undo failed: money or goods may be held.',
    queries: [query('max(agora_orders_needing_attention)')],
  },
  {
    title: 'Dead letters',
    unit: 'short',
    as: 'stat',
    redFrom: 1,
    means: 'Messages that could not be handled. Each waits for a person: npm run dead-letters.',
    queries: [query('sum(queue:messages:max{state="dead"})')],
  },
  {
    title: 'Broken invariants',
    unit: 'short',
    as: 'stat',
    redFrom: 1,
    means: 'Breaches that the last audit found. Any: money, goods or messages do not add up.',
    queries: [query('sum(max by (rule) (agora_audit_breaches))')],
  },
];

const traffic: readonly Panel[] = [
  {
    title: 'Operations by outcome',
    unit: 'ops',
    as: 'stacked',
    means:
      'GraphQL operations a second. Much "refused": a client breaks limits. Much "partial": a subgraph is missing.',
    queries: [query('gateway:operations:rate5m', '{{outcome}}')],
  },
  {
    title: 'Checkouts by outcome',
    unit: 'cps',
    as: 'stacked',
    means:
      'Checkouts a second by where they came to rest. Much REJECTED: stock or prices. Much PAYMENT_FAILED: the provider.',
    queries: [query('checkout:ended:rate15m', '{{status}}')],
  },
  {
    title: 'HTTP 5xx by service',
    unit: 'percentunit',
    redFrom: 0.05,
    means: 'Share of answers with 5xx. High: bugs or overload of that service; its log has "request failed".',
    queries: [query('job:http_errors:ratio_rate5m', '{{job}}')],
  },
  {
    title: 'Oldest waiting message, by queue',
    unit: 's',
    redFrom: 60,
    means: 'High: the consumer of that queue is down, stuck or overrun. Beyond 60 s checkouts time out.',
    queries: [query('queue:oldest_waiting_seconds:max', '{{queue}}')],
  },
  {
    title: 'Oldest unpublished message, by service',
    unit: 's',
    redFrom: 30,
    means: 'High: the relay does not get rid of its outbox. Redis or the relay is away.',
    queries: [query('service:outbox_oldest_waiting_seconds:max', '{{service}}')],
  },
  {
    title: 'Circuit breakers',
    unit: 'short',
    redFrom: 1,
    means: '0 closed, 1 half-open, 2 open. Open: nothing is asked of that subgraph, and its part of the graph is null.',
    queries: [query('subgraph:breaker_state:max', '{{subgraph}}')],
  },
  {
    title: 'Replicas that answer',
    unit: 'short',
    means: 'Processes whose /metrics answers. A line that falls to 0 is a service that is down.',
    queries: [query('sum by (job) (up)', '{{job}}')],
  },
  {
    title: 'CPU by service',
    unit: 'short',
    as: 'stacked',
    means: 'Cores in use. The service that grows faster than the traffic is the one to look at.',
    queries: [query(`sum by (job) (${rate('process_cpu_seconds_total{service!=""}')})`, '{{job}}')],
  },
  {
    title: 'Memory by service',
    unit: 'bytes',
    as: 'stacked',
    means: 'Resident memory of all replicas.',
    queries: [query('sum by (job) (process_resident_memory_bytes{service!=""})', '{{job}}')],
  },
];

export const overview: Dashboard = {
  name: 'overview',
  title: 'overview',
  about: 'Is the shop well, and if not, where to look.',
  variables: [],
  rows: [
    { title: 'Now', panels: numbers },
    {
      title: 'Alerts',
      panels: [
        {
          title: 'Firing',
          unit: 'short',
          as: 'alerts',
          means: 'Each has an entry of its name in docs/runbook.md.',
          queries: [query('ALERTS{alertstate="firing"}')],
        },
      ],
    },
    { title: 'Over time', panels: traffic },
  ],
};
