/** Where a subgraph is and how long it may take: the supergraph's word, unless the environment has another. */
import { type SubgraphName, subgraphNames } from '../../contracts/services.ts';
import type { GatewayConfig } from '../config.ts';

const isKnown = (name: string): name is SubgraphName => subgraphNames.some((known) => known === name);

const prefixOf = (name: SubgraphName) => name.toUpperCase() as Uppercase<SubgraphName>;

export const subgraphSettings = (
  config: GatewayConfig,
  name: string,
  urlInSupergraph: string,
): { url: string; timeoutMs: number } => {
  if (!isKnown(name)) return { url: urlInSupergraph, timeoutMs: config.SUBGRAPH_TIMEOUT_MS };
  return {
    url: config[`${prefixOf(name)}_SUBGRAPH_URL`] ?? urlInSupergraph,
    timeoutMs: config[`${prefixOf(name)}_SUBGRAPH_TIMEOUT_MS`] ?? config.SUBGRAPH_TIMEOUT_MS,
  };
};
