/** Composition: four SDLs become the one supergraph that the gateway serves. */
import composition from '@apollo/composition';
import federation from '@apollo/federation-internals';
import { GraphQLError, parse, printSchema, Source } from 'graphql';

export interface SubgraphSource {
  readonly name: string;
  /** Where the gateway finds it unless its environment says otherwise. */
  readonly url: string;
  /** Path of the SDL, for complaints. */
  readonly file: string;
  readonly sdl: string;
}

/** Something composition has to say, with the places in the SDLs that it means (`file:line`). */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly places: readonly string[];
}

export type Composed =
  | { readonly supergraph: string; readonly hints: readonly Finding[] }
  | { readonly errors: readonly Finding[] };

/** Pure: the same sources give the same text, byte for byte. */
export const composeSupergraph = (sources: readonly SubgraphSource[]): Composed => {
  const parsed = sources.map(({ name, url, file, sdl }) => ({ name, url, document: parsedOrFault(sdl, file) }));
  const faults = parsed.flatMap(({ document }) => (document instanceof GraphQLError ? [document] : []));
  if (faults.length > 0) return { errors: faults.map(toFinding) };

  const services = parsed.flatMap(({ name, url, document }) =>
    document instanceof GraphQLError ? [] : [{ name, url, typeDefs: document }],
  );
  const { errors, supergraphSdl, hints } = composition.composeServices(services);
  if (errors) return { errors: errors.map(toFinding) };
  return {
    supergraph: `${supergraphSdl.trimEnd()}\n`,
    // DEBUG hints tell of ordinary things, such as a value type that not every subgraph uses.
    hints: hints
      .filter(({ definition }) => definition.level.name !== 'DEBUG')
      .map(({ definition, message, nodes }) => ({ code: definition.code, message, places: placesOf(nodes) })),
  };
};

const parsedOrFault = (sdl: string, file: string) => {
  try {
    return parse(new Source(sdl, file));
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
};

const toFinding = (error: GraphQLError): Finding => ({
  code: typeof error.extensions.code === 'string' ? error.extensions.code : 'SYNTAX',
  message: error.message,
  places: error.nodes
    ? placesOf(error.nodes)
    : (error.locations ?? []).map(({ line }) => `${error.source?.name ?? 'unknown'}:${line}`),
});

type Located = {
  readonly loc?: { readonly source: Source; readonly startToken: { readonly line: number } } | undefined;
};

const placesOf = (nodes: readonly Located[] | undefined): string[] => [
  ...new Set((nodes ?? []).flatMap(({ loc }) => (loc ? [`${loc.source.name}:${loc.startToken.line}`] : []))),
];

/** The schema that clients see: the supergraph's without joins and inaccessible elements. */
export const apiSchemaOf = (supergraph: string): string =>
  printSchema(federation.Supergraph.build(supergraph).apiSchema().toGraphQLJSSchema());
