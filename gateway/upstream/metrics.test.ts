import { expect, it } from 'vitest';
import { createMetrics } from '#platform/observability/metrics.ts';
import { type SubgraphState, upstreamMetrics } from './metrics.ts';

const calm: SubgraphState = { name: 'orders', breaker: 'closed', pending: 1, waiting: 0, endpoints: 2, ejected: 0 };

it('shows the state of each client at this moment, and of one that is closed no more', async () => {
  const registry = createMetrics('gateway');
  const { watch } = upstreamMetrics(registry);
  let state = calm;
  const unwatch = watch(() => state);
  // While a supergraph is replaced there may be two clients of one name: their calls add up, their breakers do not.
  watch(() => ({ ...calm, pending: 4, breaker: 'half-open' }));
  watch(() => ({ ...calm, name: 'reviews', breaker: 'open' }));
  const gauge = async (name: string) => {
    const { values = [] } = (await registry.getSingleMetric(`agora_gateway_subgraph_${name}`)?.get()) ?? {};
    return Object.fromEntries(values.map(({ labels, value }) => [labels.subgraph, value]));
  };
  expect(await gauge('pending')).toEqual({ orders: 5, reviews: 1 });
  expect(await gauge('breaker_state')).toEqual({ orders: 1, reviews: 2 });
  state = { ...calm, pending: 0, ejected: 1 };
  expect(await gauge('pending')).toEqual({ orders: 4, reviews: 1 });
  expect(await gauge('endpoints_ejected')).toEqual({ orders: 1, reviews: 0 });
  unwatch();
  expect(await gauge('endpoints')).toEqual({ orders: 2, reviews: 2 });
});
