/** What the SDLs of a world make together. */
import { buildSchema, type GraphQLSchema } from 'graphql';
import { type Composed, composeSupergraph } from '../compose/composition.ts';
import { apiSchemaOf } from '../generate/api-schema.ts';
import type { World } from './world.ts';

const composed = new WeakMap<World['sources'], Composed>();

/** Composed once for all checks of a world. */
export const compositionOf = ({ sources }: World): Composed => {
  const known = composed.get(sources);
  if (known) return known;
  const fresh = composeSupergraph(sources);
  composed.set(sources, fresh);
  return fresh;
};

/** Throws when the SDLs do not compose: only the check `composition` has something to say then. */
export const supergraphOf = (world: World): string => {
  const composition = compositionOf(world);
  if ('errors' in composition) throw new Error('the SDLs do not compose (see the check "composition")');
  return composition.supergraph;
};

const apiSchemas = new Map<string, { sdl: string; schema: GraphQLSchema }>();

/** What clients see, as text and as a schema. */
export const apiOf = (world: World): { readonly sdl: string; readonly schema: GraphQLSchema } => {
  const supergraph = supergraphOf(world);
  const known = apiSchemas.get(supergraph);
  if (known) return known;
  const sdl = apiSchemaOf(supergraph);
  const api = { sdl, schema: buildSchema(sdl) };
  apiSchemas.set(supergraph, api);
  return api;
};
