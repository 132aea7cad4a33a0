/** What the gateway will ask of a subgraph for a published operation is what that subgraph can answer. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { breach, type Check } from '../check.ts';
import { fetchesOf, planOf } from '../rules/plans.ts';
import type { World } from '../world.ts';
import { nameOf } from './operations.ts';

export const plannedFetches: Check = {
  name: 'planned-fetches',
  title: 'Every fetch that is planned for a published operation is valid on its own subgraph.',
  needs: 'files',
  run: (world) => {
    const schemas = subgraphSchemas(world);
    return world.operations
      .filter(({ type }) => type !== 'subscription')
      .flatMap((operation) =>
        fetchesOf(planOf(world, operation)).flatMap(({ service, operation: text }) => {
          const schema = schemas.get(service);
          const faults = schema
            ? validate(schema, parse(text)).map(({ message }) => message)
            : ['there is no such subgraph'];
          return faults.map((fault) =>
            breach(
              nameOf(operation),
              `needs of ${service} what it does not offer: ${fault}`,
              'Is the supergraph composed from the SDL that the subgraph serves? npm run compose.',
            ),
          );
        }),
      );
  },
};

/** Each subgraph on its own, as it would serve its SDL. */
export const subgraphSchemas = ({ sources }: World): Map<string, GraphQLSchema> =>
  new Map(sources.map(({ name, sdl }) => [name, buildSubgraphSchema([{ typeDefs: parse(sdl) }])]));
