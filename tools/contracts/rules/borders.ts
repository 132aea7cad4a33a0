import { Kind, type TypeNode } from 'graphql';
import { breach } from '../check.ts';
import { fieldsOf, type Graph, isEntity, objectsOf, type Place, type Rule } from './graph.ts';

/** The subgraph that owns each entity; the others refer to it, or add fields to it. */
const homes: Record<string, string> = {
  User: 'user',
  Product: 'product',
  ProductVariant: 'product',
  Category: 'product',
  Cart: 'order',
  Order: 'order',
  Payment: 'payment',
};

/** Nothing on the way from the response to this field's value may be null. */
const cannotBeMissing = (type: TypeNode): boolean => {
  if (type.kind !== Kind.NON_NULL_TYPE) return false;
  return type.type.kind === Kind.NAMED_TYPE || cannotBeMissing(type.type.type);
};

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

const isKey = ({ type, field }: Place): boolean =>
  (type.directives ?? []).some(({ name, arguments: args }) => {
    const fields = args?.find((arg) => arg.name.value === 'fields')?.value;
    return name.value === 'key' && fields?.kind === Kind.STRING && fields.value.split(/\s+/).includes(field.name.value);
  });

export const everyEntityHasAHome: Rule = ({ subgraphs }) =>
  subgraphs.flatMap(({ name, document }) =>
    objectsOf(document)
      .filter((type) => isEntity(type) && !(type.name.value in homes))
      .map((type) =>
        breach(
          `${name}: ${type.name.value}`,
          'is an entity that no subgraph is said to own.',
          'Enter it, with its owner, in `homes` of tools/contracts/rules/borders.ts.',
        ),
      ),
  );

/** So that a neighbour that is away costs a field and not the response. */
export const whatCrossesABorderMayBeMissing: Rule = (graph) =>
  crossings(graph)
    .filter(({ field }) => cannotBeMissing(field.type))
    .map(({ at, why }) =>
      breach(
        at,
        `must be nullable: ${why}.`,
        'Take away its "!": what its absence does to a client is in docs/degraded-mode.md.',
      ),
    );

const crossings = (graph: Graph): (Place & { why: string })[] =>
  fieldsOf(graph).flatMap((place) => {
    const { subgraph, type, field } = place;
    const target = homes[namedType(field.type)];
    const owner = homes[type.name.value];
    if (type.name.value === 'Query') return [{ ...place, why: 'other subgraphs answer beside it' }];
    if (target && target !== subgraph) return [{ ...place, why: `it leads to the ${target} subgraph` }];
    if (owner && owner !== subgraph && !isKey(place)) return [{ ...place, why: `its type is at home in ${owner}` }];
    return [];
  });
