/** One dashboard for each service: its API and its worker, its queue, its outbox, its database. */
import type { SubgraphName } from '#contracts/services.ts';
import { type Dashboard, type Panel, percentile, query, type Row, rate } from './panel.ts';
import { processRow } from './processes.ts';

/** How the service's worker is called, and what else its dashboard shows. */
interface Special {
  readonly worker: string;
  readonly panels?: readonly Panel[];
}

const specials: Record<SubgraphName, Special> = {
  user: { worker: 'notification' },
  product: {
    worker: 'inventory',
    panels: [
      {
        title: 'Replica in use',
        unit: 'short',
        means: 'Whether the catalogue is read from the database’s replica. 0: runbook, DatabaseReplicaUnused.',
        queries: [query(`agora_database_replica_usable{service="product"}`, '{{job}} {{instance}}')],
      },
    ],
  },
  order: {
    worker: 'order-worker',
    panels: [
      {
        title: 'Orders under way, by status',
        unit: 'short',
        as: 'stacked',
        means: 'High and flat: that step gets no replies. The saga’s dashboard has the rest.',
        queries: [query('checkout:orders:max', '{{status}}')],
      },
      {
        title: 'Duration of checkouts, 95th percentile',
        unit: 's',
        redFrom: 5,
        means: 'From placing an order to its outcome. High: see which queue is long, or whether the provider is slow.',
        queries: [query('checkout:duration_seconds:p95', 'p95')],
      },
    ],
  },
  payment: {
    worker: 'payment-worker',
    panels: [
      {
        title: 'Provider calls',
        unit: 'cps',
        means: 'By operation and outcome. "unknown" had no answer and is made again.',
        queries: [
          query(
            `sum by (operation, outcome) (${rate('payment_provider_call_seconds_count')})`,
            '{{operation}} {{outcome}}',
          ),
        ],
      },
      {
        title: 'Provider calls, 95th percentile',
        unit: 's',
        redFrom: 2.5,
        means: 'High: the provider is slow, and checkouts with it.',
        queries: [query('provider:call_seconds:p95', '{{operation}}')],
      },
    ],
  },
};

const noProbes = 'route!~"/health.*|/metrics"';

const requests = (service: string): readonly Panel[] => [
  {
    title: 'Requests by status',
    unit: 'reqps',
    as: 'stacked',
    means: 'HTTP requests a second without health and metrics. "gone" is a gateway that did not wait for the answer.',
    queries: [
      query(
        `sum by (job, status) (${rate(`http_request_duration_seconds_count{service="${service}",${noProbes}}`)})`,
        '{{job}} {{status}}',
      ),
    ],
  },
  {
    title: 'Duration of requests',
    unit: 's',
    means: 'High: it waits for its database, or for its turn; compare the pool and the event loop below.',
    queries: [0.5, 0.95, 0.99].map((share) =>
      query(
        percentile(share, 'http_request_duration_seconds', ['job'], `{service="${service}",${noProbes}}`),
        `{{job}} p${share * 100}`,
      ),
    ),
  },
  {
    title: 'As the gateway sees it',
    unit: 'cps',
    as: 'stacked',
    means: 'Calls by outcome. More than ANSWERED: time-outs, refusals, an open breaker.',
    queries: [
      query(
        `sum by (outcome) (${rate(`agora_gateway_subgraph_requests_total{subgraph="${service}"}`)})`,
        '{{outcome}}',
      ),
    ],
  },
];

const messages = (service: string): readonly Panel[] => [
  {
    title: 'Its queue',
    unit: 'short',
    means: 'Rising "waiting": more comes in than the workers take. Any "dead": runbook, DeadLetters.',
    queries: [query(`queue:messages:max{queue="${service}"}`, '{{state}}')],
  },
  {
    title: 'Oldest waiting message',
    unit: 's',
    redFrom: 60,
    means: 'High: the workers are down, stuck or overrun.',
    queries: [query(`queue:oldest_waiting_seconds:max{queue="${service}"}`, 'age')],
  },
  {
    title: 'Messages handled',
    unit: 'cps',
    means: 'Tries a second by message and outcome; "failed" ones are made again.',
    queries: [
      query(
        `sum by (type, outcome) (${rate(`agora_messages_handled_total{queue="${service}"}`)})`,
        '{{type}} {{outcome}}',
      ),
    ],
  },
  {
    title: 'Handling, 95th percentile',
    unit: 's',
    means: 'High: the handler waits for the database, a lock, or the provider.',
    queries: [query(percentile(0.95, 'agora_message_duration_seconds', ['type'], `{queue="${service}"}`), '{{type}}')],
  },
  {
    title: 'Outbox, waiting and published',
    unit: 'short',
    means: 'Rising "waiting": the relay cannot publish. "published" is messages a second.',
    queries: [
      query(`service:outbox_waiting_messages:max{service="${service}"}`, 'waiting'),
      query(`sum(${rate(`agora_outbox_published_total{service="${service}"}`)})`, 'published a second'),
    ],
  },
  {
    title: 'Outbox, oldest unpublished message',
    unit: 's',
    redFrom: 30,
    means: 'High: relay or Redis is away; the log of its worker says which ("… is away").',
    queries: [query(`service:outbox_oldest_waiting_seconds:max{service="${service}"}`, 'age')],
  },
];

const database = (service: string): readonly Panel[] => [
  {
    title: 'Connections in use',
    unit: 'percentunit',
    redFrom: 0.9,
    means: 'Of what each process may have. Near 100%: slow statements, or too little of DATABASE_POOL_SIZE.',
    queries: [query(`instance:database_pool_used:ratio{service="${service}"}`, '{{job}} {{instance}}')],
  },
  {
    title: 'Requests that wait for a connection',
    unit: 'short',
    redFrom: 1,
    means: 'More than now and then: runbook, DatabasePoolExhausted.',
    queries: [query(`agora_database_pool_waiting_requests{service="${service}"}`, '{{job}} {{instance}}')],
  },
  {
    title: 'Connections',
    unit: 'short',
    means: 'Open ones, used or idle. Times replicas, this is what PostgreSQL’s max_connections has to allow.',
    queries: [
      query(`sum by (job, state) (agora_database_pool_connections{service="${service}"})`, '{{job}} {{state}}'),
    ],
  },
];

export const serviceDashboard = (service: SubgraphName): Dashboard => {
  const { worker, panels = [] } = specials[service];
  const own: readonly Row[] = panels.length > 0 ? [{ title: 'Its own', panels }] : [];
  return {
    name: service,
    title: service,
    about: `The ${service} subgraph and its worker, ${worker}.`,
    variables: [{ name: 'job', values: `label_values(process_start_time_seconds{service="${service}"}, job)` }],
    rows: [
      ...own,
      { title: 'Requests', panels: requests(service) },
      { title: 'Messages', panels: messages(service) },
      { title: 'Database', panels: database(service) },
      processRow(`service="${service}",job=~"$job"`),
    ],
  };
};
