/** What things cost, as the SDLs say with `@cost` and `@listSize`, and composition passes on in the supergraph. */
import { parse } from 'graphql';
import { type DirectiveArguments, fieldsOf, linkedDirective, typeDefinitions } from '../graphql/linked-directives.ts';

/** How many items a list has, before anybody has counted them. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that say how many are wanted: the largest one given counts. */
  readonly slicingArguments: readonly string[];
  /** The lists below that have the size, when the field itself is none: `edges` of a connection. */
  readonly sizedFields: readonly string[];
}

export interface CostPolicy {
  /** By type, and by `Type.field`. */
  readonly weights: ReadonlyMap<string, number>;
  /** By `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/** For a graph that says nothing: then the defaults of operation-cost.ts hold. */
export const noCostPolicy: CostPolicy = { weights: new Map(), listSizes: new Map() };

const specification = 'https://specs.apollo.dev/cost';

export const costPolicy = (supergraphSdl: string): CostPolicy => {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const cost = linkedDirective(supergraph, specification, 'cost');
  const listSize = linkedDirective(supergraph, specification, 'listSize');
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  for (const type of typeDefinitions(supergraph)) {
    note(weights, type.name.value, cost(type.directives));
    for (const field of fieldsOf(type)) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      note(weights, coordinate, cost(field.directives));
      const size = listSize(field.directives);
      if (size) listSizes.set(coordinate, toListSize(size));
    }
  }
  return { weights, listSizes };
};

const note = (weights: Map<string, number>, coordinate: string, cost: DirectiveArguments | undefined): void => {
  if (typeof cost?.weight === 'number') weights.set(coordinate, cost.weight);
};

const toListSize = ({ assumedSize, slicingArguments, sizedFields }: DirectiveArguments): ListSize => ({
  assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
  slicingArguments: names(slicingArguments),
  sizedFields: names(sizedFields),
});

const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
