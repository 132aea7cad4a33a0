import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';

export interface SchemaMetrics {
  /** `loaded`, `refused` (not a usable supergraph), `unreachable` (the source did not respond). */
  readonly reloaded: (outcome: 'loaded' | 'refused' | 'unreachable') => void;
  readonly serving: (hash: string) => void;
  /** `request`: a client waited for it. `reload`: before the switch, nobody did. */
  readonly planned: (when: 'request' | 'reload') => void;
}

export const schemaMetrics = (metrics: Registry): SchemaMetrics => {
  const registers = [metrics];
  const reloads = new Counter({
    name: 'agora_gateway_schema_reloads_total',
    help: 'Polls of the supergraph source with an outcome',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['loaded', 'refused', 'unreachable']) reloads.inc({ outcome }, 0);
  const info = new Gauge({
    name: 'agora_gateway_schema_info',
    help: 'The supergraph being served; all gateways should show the same',
    labelNames: ['hash'],
    registers,
  });
  const loadedAt = new Gauge({
    name: 'agora_gateway_schema_loaded_timestamp_seconds',
    help: 'When the current supergraph was loaded; 0 before the first',
    registers,
  });
  const plans = new Counter({
    name: 'agora_gateway_query_plans_total',
    help: 'Query plans created: while a client waited (request), or before switching supergraphs (reload)',
    labelNames: ['when'],
    registers,
  });
  for (const when of ['request', 'reload']) plans.inc({ when }, 0);

  return {
    reloaded: (outcome) => reloads.inc({ outcome }),
    serving: (hash) => {
      info.reset();
      info.set({ hash }, 1);
      loadedAt.setToCurrentTime();
    },
    planned: (when) => plans.inc({ when }),
  };
};
