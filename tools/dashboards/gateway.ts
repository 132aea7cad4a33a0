/** The one door: what clients ask, what becomes of it, and what each of the gateway's concerns does. */
import { subgraphCalls } from './gateway-subgraphs.ts';
import { type Dashboard, type Panel, percentile, query, rate } from './panel.ts';
import { processRow } from './processes.ts';

const of = 'instance=~"$instance"';

const operations: readonly Panel[] = [
  {
    title: 'Operations by outcome',
    unit: 'ops',
    as: 'stacked',
    means: '"partial" and "failed" are what customers notice; "refused" is what clients do wrong.',
    queries: [query(`sum by (outcome) (${rate(`agora_gateway_operations_total{${of}}`)})`, '{{outcome}}')],
  },
  {
    title: 'The ten busiest operations',
    unit: 'ops',
    means: 'A name that leaps up is a client that loops. "other" and "anonymous" are not in the manifest.',
    queries: [
      query(`topk(10, sum by (operation) (${rate(`agora_gateway_operations_total{${of}}`)}))`, '{{operation}}'),
    ],
  },
  {
    title: 'Not answered whole, by operation',
    unit: 'ops',
    means: 'Failed or partial answers a second. One name: that operation. All names of one subgraph: that subgraph.',
    queries: [
      query(
        `sum by (operation, outcome) (${rate(`agora_gateway_operations_total{${of},outcome=~"failed|partial"}`)}) > 0`,
        '{{operation}} {{outcome}}',
      ),
    ],
  },
  {
    title: 'Duration',
    unit: 's',
    means: '95th and 99th percentile. Mutations include placeOrder, which may wait up to 5 s for its outcome.',
    queries: [0.95, 0.99].map((share) =>
      query(
        percentile(share, 'agora_gateway_operation_duration_seconds', ['type'], `{${of}}`),
        `{{type}} p${share * 100}`,
      ),
    ),
  },
  {
    title: 'The ten slowest operations, 95th percentile',
    unit: 's',
    means: 'High: its line "slow operation" in the log has the fetches and the plan.',
    queries: [
      query(
        `topk(10, ${percentile(0.95, 'agora_gateway_operation_duration_seconds', ['operation'], `{${of}}`)})`,
        '{{operation}}',
      ),
    ],
  },
  {
    title: 'Phases, 95th percentile',
    unit: 's',
    means: 'High "plan": documents are new all the time; publish them. High "execute": a subgraph.',
    queries: [
      query(percentile(0.95, 'agora_gateway_operation_phase_duration_seconds', ['phase'], `{${of}}`), '{{phase}}'),
    ],
  },
];

const protection: readonly Panel[] = [
  {
    title: 'Refused by a rate limit',
    unit: 'reqps',
    means: 'By bucket. "credentials" and "account" high: somebody guesses passwords. "address": a loop or a crawler.',
    queries: [query(`sum by (bucket) (${rate(`agora_gateway_rate_limited_requests_total{${of}}`)})`, '{{bucket}}')],
  },
  {
    title: 'Beyond a limit',
    unit: 'ops',
    means:
      'Operations too deep, too long or too expensive: a client that was changed without a look at docs/observability.md.',
    queries: [
      query(`sum by (limit, mode) (${rate(`agora_gateway_limit_rejections_total{${of}}`)})`, '{{limit}} {{mode}}'),
    ],
  },
  {
    title: 'Shed, and how late the event loop is',
    unit: 'short',
    means: 'Requests refused a second, and seconds of delay: beyond 0.5 the gateway sheds. Add gateways.',
    queries: [
      query(`sum(${rate(`agora_gateway_shed_requests_total{${of}}`)})`, 'shed a second'),
      query(`max by (instance) (agora_gateway_event_loop_delay_seconds{${of}})`, '{{instance}} late by'),
    ],
  },
];

const remembered: readonly Panel[] = [
  {
    title: 'Answered from a cache',
    unit: 'percentunit',
    means:
      'Low is what to worry about: the subgraphs get the rest. It falls after each deploy and each wave of changes.',
    queries: [
      query(
        `sum by (cache) (${rate(`agora_gateway_cache_requests_total{${of},outcome="hit"}`)})
  / sum by (cache) (${rate(`agora_gateway_cache_requests_total{${of},outcome!="bypass"}`)})`,
        '{{cache}}',
      ),
    ],
  },
  {
    title: 'Documents',
    unit: 'reqps',
    means: 'How requests named their document. Much "unlisted": a client whose operations are not published.',
    queries: [query(`sum by (outcome) (${rate(`agora_gateway_documents_total{${of}}`)})`, '{{outcome}}')],
  },
  {
    title: 'Plans made, and supergraphs looked at',
    unit: 'short',
    means:
      'Within 15 minutes. Many plans on request: unpublished documents. "refused" or "unreachable": SupergraphNotTaken.',
    queries: [
      query(`sum by (when) (increase(agora_gateway_query_plans_total{${of}}[15m]))`, 'plans, {{when}}'),
      query(`sum by (outcome) (increase(agora_gateway_schema_reloads_total{${of}}[15m]))`, 'supergraphs, {{outcome}}'),
    ],
  },
];

const live: readonly Panel[] = [
  {
    title: 'Streams, and the questions that they share',
    unit: 'short',
    redFrom: 4_000,
    means: 'Streams of one gateway; it takes 5000. Each costs about 40 KB.',
    queries: [
      query(`max by (instance) (agora_gateway_live_streams{${of}})`, '{{instance}} streams'),
      query(`max by (instance) (agora_gateway_live_queries{${of}})`, '{{instance}} questions'),
    ],
  },
  {
    title: 'Questions asked again, by what came of it',
    unit: 'cps',
    means: 'High: announcements of many changes, or no announcements at all and everything asked every 2 s.',
    queries: [query(`sum by (outcome) (${rate(`agora_gateway_live_looks_total{${of}}`)})`, '{{outcome}}')],
  },
  {
    title: 'Updates sent, superseded, and streams refused',
    unit: 'cps',
    means: 'Superseded: clients that read slowly. Refused OVERLOADED: this gateway is full.',
    queries: [
      query(`sum(${rate(`agora_gateway_live_updates_total{${of}}`)})`, 'sent'),
      query(`sum(${rate(`agora_gateway_live_superseded_total{${of}}`)})`, 'superseded'),
      query(`sum by (code) (${rate(`agora_gateway_live_refused_total{${of}}`)})`, 'refused {{code}}'),
    ],
  },
];

export const gateway: Dashboard = {
  name: 'gateway',
  title: 'gateway',
  about: 'What clients ask, and what becomes of it.',
  variables: [
    { name: 'instance', values: 'label_values(agora_gateway_operations_in_flight, instance)' },
    { name: 'subgraph', values: 'label_values(agora_gateway_subgraph_breaker_state, subgraph)' },
  ],
  rows: [
    { title: 'Operations', panels: operations },
    { title: 'Subgraphs', panels: subgraphCalls(of) },
    { title: 'Limits', panels: protection },
    { title: 'Caches, documents, supergraph', panels: remembered },
    { title: 'Live updates', panels: live },
    processRow(`service="gateway",${of}`),
  ],
};
