/** What happens on the gateway's way to each subgraph. */
import { type Panel, percentile, query, rate } from './panel.ts';

/** Of the gateways that `of` picks, to the subgraphs that are chosen at the top. */
export const subgraphCalls = (of: string): readonly Panel[] => panels(`{${of},subgraph=~"$subgraph"}`);

const panels = (from: string): readonly Panel[] => [
  {
    title: 'Calls by outcome',
    unit: 'cps',
    means: 'All but ANSWERED is a hole in an answer. SUBGRAPH_CIRCUIT_OPEN: nothing is sent there at present.',
    queries: [
      query(
        `sum by (subgraph, outcome) (${rate(`agora_gateway_subgraph_requests_total${from}`)})`,
        '{{subgraph}} {{outcome}}',
      ),
    ],
  },
  {
    title: 'Duration of calls, 95th percentile',
    unit: 's',
    means: 'With all tries. The highest line is what the slow operations wait for.',
    queries: [
      query(percentile(0.95, 'agora_gateway_subgraph_request_duration_seconds', ['subgraph'], from), '{{subgraph}}'),
    ],
  },
  {
    title: 'Circuit breakers',
    unit: 'short',
    redFrom: 1,
    means: '0 closed, 1 half-open, 2 open: the worst of all gateways.',
    queries: [query(`max by (subgraph) (agora_gateway_subgraph_breaker_state${from})`, '{{subgraph}}')],
  },
  {
    title: 'Calls under way, and waiting for a place',
    unit: 'short',
    means:
      'Waiting: more calls at once than SUBGRAPH_CONCURRENCY, or of one viewer than their share. The former: too slow for its load.',
    queries: [
      query(`sum by (subgraph) (agora_gateway_subgraph_pending${from})`, '{{subgraph}} under way'),
      query(`sum by (subgraph) (agora_gateway_subgraph_waiting${from})`, '{{subgraph}} waiting'),
    ],
  },
  {
    title: 'Retried, and shared',
    unit: 'cps',
    means:
      'Retries: a replica fails or is being replaced. Shared: calls saved, because an identical one was under way.',
    queries: [
      query(`sum by (subgraph) (${rate(`agora_gateway_subgraph_retries_total${from}`)})`, '{{subgraph}} retried'),
      query(`sum by (subgraph) (${rate(`agora_gateway_subgraph_shared_total${from}`)})`, '{{subgraph}} shared'),
    ],
  },
  {
    title: 'Endpoints left alone',
    unit: 'short',
    redFrom: 1,
    means: 'Replicas that fail and get nothing for up to 30 s at a time.',
    queries: [query(`max by (subgraph) (agora_gateway_subgraph_endpoints_ejected${from})`, '{{subgraph}}')],
  },
];
