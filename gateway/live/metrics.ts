import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';

export type LiveMetrics = ReturnType<typeof liveMetrics>;

export const liveMetrics = (registry: Registry) => {
  const registers = [registry];
  return {
    streams: new Gauge({
      name: 'agora_gateway_live_streams',
      help: 'Open subscription streams.',
      registers,
    }),
    queries: new Gauge({
      name: 'agora_gateway_live_queries',
      help: 'Distinct live queries behind the open streams.',
      registers,
    }),
    refetches: new Counter({
      name: 'agora_gateway_live_refetches_total',
      help: 'Executions of live queries, by outcome.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    sent: new Counter({
      name: 'agora_gateway_live_updates_total',
      help: 'Updates sent to streams.',
      registers,
    }),
    superseded: new Counter({
      name: 'agora_gateway_live_superseded_total',
      help: 'Updates replaced by a newer one before a slow client had read them.',
      registers,
    }),
    refused: new Counter({
      name: 'agora_gateway_live_streams_refused_total',
      help: 'Streams refused because there were too many.',
      labelNames: ['code'] as const,
      registers,
    }),
  };
};
