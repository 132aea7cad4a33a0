/** The world as it would be with another SDL for one subgraph: composed afresh, nothing written. */
import type { SubgraphName } from '#ops/services.ts';
import { compositionOf } from './graph.ts';
import { type World, withSdl } from './world.ts';

/** A proposal that does not compose is given as it is: the check `composition` then tells why. */
export const whatIf = (world: World, subgraph: SubgraphName, file: string, sdl: string): World => {
  const proposed = withSdl(world, subgraph, sdl, file);
  const composed = compositionOf(proposed);
  // Nobody has run `npm run compose` for a proposal, so its supergraph is current by definition.
  return 'errors' in composed ? proposed : { ...proposed, supergraph: composed.supergraph };
};
