/** What was announced to have changed is forgotten. */
import { type ConstDirectiveNode, Kind, parse, type TypeDefinitionNode } from 'graphql';
import type { Announcements } from '#platform/pubsub/announcements.ts';
import { type CacheStore, everything } from './cache-store.ts';
import type { CacheMetrics } from './metrics.ts';

/** By type, the subgraphs that know it: what the supergraph says of where types are at home. */
export type Homes = ReadonlyMap<string, ReadonlySet<string>>;

export const homesIn = (supergraph: string): Homes => {
  const types = parse(supergraph, { noLocation: true }).definitions.filter(
    (definition): definition is TypeDefinitionNode =>
      'name' in definition && definition.kind !== Kind.DIRECTIVE_DEFINITION,
  );
  const graphs = types.find(({ name }) => name.value === 'join__Graph');
  const subgraphOf = new Map(
    graphs?.kind === Kind.ENUM_TYPE_DEFINITION
      ? graphs.values?.map(({ name, directives }) => [name.value, argumentsOf(directives, 'join__graph', 'name')[0]])
      : [],
  );
  return new Map(
    types.map(({ name, directives }) => {
      const graphsOfType = argumentsOf(directives, 'join__type', 'graph');
      return [name.value, new Set(graphsOfType.map((graph) => subgraphOf.get(graph) ?? graph))];
    }),
  );
};

/** The values of one argument of one directive, which may be repeated. */
const argumentsOf = (
  directives: readonly ConstDirectiveNode[] | undefined,
  directive: string,
  argument: string,
): string[] =>
  (directives ?? [])
    .filter(({ name }) => name.value === directive)
    .flatMap((found) => found.arguments ?? [])
    .filter(({ name }) => name.value === argument)
    .flatMap(({ value }) => (value.kind === Kind.STRING || value.kind === Kind.ENUM ? [value.value] : []));

export interface InvalidationOptions {
  readonly announcements: Pick<Announcements, 'listen'>;
  readonly store: CacheStore;
  readonly homes: () => Homes;
  readonly metrics: CacheMetrics;
}

/**
 * A change of one thing makes all that its subgraphs have given out of date: a list may show it without naming it, and a
 * part of it (a variant) goes by a name of its own. What may have been missed makes everything out of date.
 */
export const forgetWhatChanges = ({ announcements, store, homes, metrics }: InvalidationOptions): (() => void) => {
  const forget = (subgraph: string) => {
    store.invalidate(subgraph);
    metrics.invalidated(subgraph);
  };
  return announcements.listen(
    ({ about }) => {
      for (const subgraph of homes().get(about.type) ?? []) forget(subgraph);
    },
    () => forget(everything),
  );
};
