/** A subgraph's executable schema: its SDL, its resolvers, and its access decisions in force, its spans. */
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { enforceAccess } from './access.ts';
import { traceResolvers } from './resolver-spans.ts';
import { DateTime } from './scalars.ts';

/** `resolvers` may be any codegen-typed map; the SDL names every scalar it uses, of which `DateTime` is provided. */
export const subgraphSchema = (sdlFile: string | URL, resolvers: object): GraphQLSchema =>
  traceResolvers(
    enforceAccess(
      buildSubgraphSchema([
        {
          typeDefs: parse(readFileSync(sdlFile, 'utf8')),
          resolvers: { DateTime, ...resolvers } as GraphQLResolverMap<unknown>,
        },
      ]),
    ),
  );
