/**
 * What each published operation still answers while one subgraph is down. Nothing is written by hand: the gateway's own
 * executor plans and runs each operation over fake subgraphs, one of which is down.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ApolloServer } from '@apollo/server';
import { type GraphQLSchema, getOperationAST, isInputType, parse, typeFromAST } from 'graphql';
import { pino } from 'pino';
import { z } from 'zod';
import { guest } from '#contracts/viewer.ts';
import { federation } from '#gateway/graphql/federation.ts';
import type { RequestContext } from '#gateway/identity/request-context.ts';
import { planCache } from '#gateway/schema/query-plans.ts';
import { subgraphError } from '#gateway/upstream/subgraph-call.ts';
import { composeSupergraph, type SubgraphSource } from '../compose/composition.ts';
import { fakeSubgraph, sampleInput } from './fake-subgraph.ts';
import { missingPaths, reportedPaths } from './missing.ts';

export interface PublishedOperation {
  readonly client: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

/** One cell: an operation while a subgraph is down. */
export interface Degradation {
  readonly operation: PublishedOperation;
  readonly subgraph: string;
  /** Topmost paths that are null then, in the order of the operation. */
  readonly missing: readonly string[];
  /** The paths that errors name, in the same form. */
  readonly reported: readonly string[];
  /** Nothing is left. */
  readonly isNothing: boolean;
}

const Manifest = z.object({
  operations: z.array(
    z
      .object({ clientName: z.string(), name: z.string(), type: z.string(), body: z.string() })
      .transform(({ clientName: client, ...operation }) => ({ client, ...operation })),
  ),
});

/** Every operation of `operations/` but subscriptions: those send what a query with their selection would give. */
export const publishedOperations = (): readonly PublishedOperation[] => {
  const manifest = readFileSync(path.join(import.meta.dirname, '../../operations/manifest.json'), 'utf8');
  return Manifest.parse(JSON.parse(manifest)).operations.filter(({ type }) => type !== 'subscription');
};

export const degradedTable = async (
  sources: readonly SubgraphSource[],
  operations: readonly PublishedOperation[],
): Promise<readonly Degradation[]> => {
  const graph = await fakeGraph(sources);
  const table: Degradation[] = [];
  for (const operation of operations) {
    const { data: whole } = await graph.answer(operation, undefined);
    for (const { name: subgraph } of sources) {
      const { data: degraded, errors } = await graph.answer(operation, subgraph);
      const roots = Object.keys(whole ?? {});
      const isNothing = roots.every((root) => degraded?.[root] === null || degraded?.[root] === undefined);
      const reported = reportedPaths(errors);
      table.push({ operation, subgraph, missing: missingPaths(whole, degraded), reported, isNothing });
    }
  }
  await graph.close();
  return table;
};

const fakeGraph = async (sources: readonly SubgraphSource[]) => {
  const composed = composeSupergraph(sources);
  if ('errors' in composed) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  let down: string | undefined;
  const answers = new Map(sources.map(({ name, sdl }) => [name, fakeSubgraph(sdl)]));
  const gateway = federation({
    supergraph: composed.supergraph,
    plans: planCache(() => undefined).store,
    log: pino({ level: 'silent' }),
    clientOf: (name) => ({
      call: async (request) => {
        const answer = answers.get(name);
        if (!answer || name === down) return { errors: [subgraphError(name, 'SUBGRAPH_UNAVAILABLE')] };
        return answer(request);
      },
    }),
  });
  const server = new ApolloServer<RequestContext>({ gateway, stopOnTerminationSignals: false });
  await server.start();

  const answer = async ({ body, name }: PublishedOperation, without: string | undefined) => {
    down = without;
    const variables = sampleVariables(gateway.schema, body, name);
    const { body: answered } = await server.executeOperation(
      { query: body, operationName: name, variables },
      { contextValue: { viewer: guest, subgraphHeaders: {} } },
    );
    if (answered.kind !== 'single') throw new Error(`${name} was answered incrementally`);
    const { data, errors } = answered.singleResult;
    if (errors && !without) throw new Error(`${name} is not whole with all subgraphs up: ${errors[0]?.message}`);
    return { data, errors };
  };
  return { answer, close: () => server.stop() };
};

const sampleVariables = (schema: GraphQLSchema | undefined, body: string, name: string): Record<string, unknown> => {
  const definitions = getOperationAST(parse(body), name)?.variableDefinitions ?? [];
  return Object.fromEntries(
    definitions.map(({ variable, type }) => {
      const inputType = schema && typeFromAST(schema, type as Parameters<typeof typeFromAST>[1]);
      if (!isInputType(inputType)) throw new Error(`$${variable.name.value} of ${name} has no input type`);
      return [variable.name.value, sampleInput(inputType)];
    }),
  );
};
