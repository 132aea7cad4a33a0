import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';

export type LiveMetrics = ReturnType<typeof liveMetrics>;

export const liveMetrics = (registry: Registry) => {
  const registers = [registry];
  return {
    streams: new Gauge({
      name: 'agora_gateway_live_streams',
      help: 'Open streams of live updates.',
      registers,
    }),
    queries: new Gauge({
      name: 'agora_gateway_live_queries',
      help: 'Different questions that the open streams share.',
      registers,
    }),
    refetches: new Counter({
      name: 'agora_gateway_live_looks_total',
      help: 'How often a question was asked (again), by what came of it.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    sent: new Counter({
      name: 'agora_gateway_live_updates_total',
      help: 'Updates handed to streams.',
      registers,
    }),
    superseded: new Counter({
      name: 'agora_gateway_live_superseded_total',
      help: 'Updates that a newer one replaced before a slow client had taken them.',
      registers,
    }),
    refused: new Counter({
      name: 'agora_gateway_live_refused_total',
      help: 'Streams that were not opened because there were too many.',
      labelNames: ['code'] as const,
      registers,
    }),
  };
};
