/** A small graph over real HTTP: two subgraphs, a key server and the gateway in front, for tests of the gateway itself. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import type { Viewer } from '#contracts/viewer.ts';
import { gatewayVariablesOf } from '#gateway/config.ts';
import { planners } from '#gateway/planning/planners.ts';
import { wire } from '#gateway/wiring.ts';
import type { SubgraphName } from '#ops/services.ts';
import { viewerVerifier } from '#platform/auth/viewer.ts';
import { serveGraphql } from '#platform/graphql/serve.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { currentContext } from '#platform/observability/context.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { composeSupergraph } from '#tools/compose/composition.ts';
import { recordedLog } from '../observability/recorded-log.ts';
import { type HttpFixture, keyPair } from '../user/token-builders.ts';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;

/** The graph: products, and what users say of them. Named as real subgraphs are, so that their variables apply. */
export const sdls = {
  product: `${federation}
    type Query { products: [Product!] product(id: ID!): Product }
    type Mutation { rename(id: ID!, title: String!, email: ID): Product }
    type Product @key(fields: "id") { id: ID! title: String! stock: Int! }`,
  user: `${federation}
    type Query { me: String whoAmI: String }
    type Product @key(fields: "id") { id: ID! likes: Int }`,
};

/** Signs viewers in all gateways here, and verifies them in all subgraphs. */
export const viewerKey = keyPair('viewer');

type FixtureSubgraph = keyof typeof sdls;

export interface SubgraphFixture extends HttpFixture {
  /** The headers of the requests that came, oldest first. */
  readonly received: IncomingHttpHeaders[];
  readonly correlationIds: string[];
}

interface Context {
  readonly viewer: Viewer;
}

/** A subgraph in the way that ours are: platform server, platform door, only viewers that are signed for it. */
export const aSubgraph = async (
  name: SubgraphName,
  resolvers: GraphQLResolverMap<Context>,
  schema: GraphQLSchema = fixtureSchema(sdls[name as FixtureSubgraph], resolvers),
): Promise<SubgraphFixture> => {
  const { log } = recordedLog();
  const received: IncomingHttpHeaders[] = [];
  const correlationIds: string[] = [];
  const http = createHttpServer({ log, metrics: createMetrics(name), notReady: async () => [] });
  http.addHook('onRequest', async ({ headers }) => void received.push(headers));
  await serveGraphql<Context>({
    http,
    schema,
    context: (viewer) => {
      correlationIds.push(currentContext().correlationId);
      return { viewer };
    },
    verifyViewer: viewerVerifier({ keys: [(await viewerKey).publicKey] }, name),
    log,
  });
  const url = await http.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${url}/graphql`, received, correlationIds, close: () => http.close() };
};

/** What a subgraph of that SDL executes. */
export const fixtureSchema = (sdl: string, resolvers: GraphQLResolverMap<Context>): GraphQLSchema =>
  buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as GraphQLResolverMap<unknown> }]);

/** Nobody listens there. */
export const nowhere = 'http://127.0.0.1:1/graphql';

export interface GatewayFixture {
  readonly url: string;
  readonly lines: ReturnType<typeof recordedLog>['lines'];
  /** POSTs an operation as JSON. */
  ask(
    query: string,
    options?: { variables?: object; operationName?: string; headers?: Record<string, string> },
  ): Promise<GatewayReply>;
  close(): Promise<void>;
}

export interface GatewayReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: { message: string; path?: unknown; extensions: { code: string; service?: string } }[];
  };
}

// A planner takes half a second to start; what it plans is the same for all gateways of a file.
const shared = planners({ metrics: { refused: () => undefined }, log: recordedLog().log });

/** The gateway over the fixture graph. `environment` is what a real one would find in its variables. */
export const aGateway = async (
  environment: Record<string, string> = {},
  options: Pick<Parameters<typeof wire>[1], 'decidePolicy'> = {},
): Promise<GatewayFixture> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-gateway-'));
  const supergraphFile = path.join(folder, 'supergraph.graphql');
  writeFileSync(supergraphFile, supergraphOf(sdls));
  const config = gatewayVariablesOf(environment).parse({
    ...(!environment.SUPERGRAPH_URL && !environment.SUPERGRAPH_SDL && { SUPERGRAPH_FILE: supergraphFile }),
    ...(environment.AUTHENTICATION !== 'off' && {
      VIEWER_SIGNING_KEY: JSON.stringify((await viewerKey).privateKey),
      ACCESS_TOKEN_JWKS_URL: nowhere,
      ...(!environment.ACCESS_TOKEN_JWKS_URL && { ACCESS_DENIALS_URL: 'off' }),
    }),
    INTROSPECTION: 'on',
    PLAYGROUND: 'on',
    ...environment,
  });
  const { log, lines } = recordedLog();
  const kit = { log, metrics: createMetrics('gateway'), isRunning: () => true, planners: shared };
  const gateway = await wire(config, { ...kit, ...options });
  const url = await gateway.http.listen({ host: '127.0.0.1', port: 0 });
  const ask: GatewayFixture['ask'] = async (query, { variables, operationName, headers = {} } = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables, operationName }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as GatewayReply['body'],
    };
  };
  const close = async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  };
  return { url, lines, ask, close };
};

const composed = new Map<string, string>();

/** What the SDLs compose to. Composed once each: it takes longer than most tests. */
export const supergraphOf = (sdlByName: Readonly<Record<string, string>>): string => {
  const key = JSON.stringify(sdlByName);
  const known = composed.get(key) ?? compose(sdlByName);
  composed.set(key, known);
  return known;
};

const compose = (sdlByName: Readonly<Record<string, string>>): string => {
  const result = composeSupergraph(
    Object.entries(sdlByName).map(([name, sdl]) => ({ name, url: nowhere, file: `${name}.graphql`, sdl })),
  );
  if ('errors' in result) throw new Error(result.errors.map(({ message }) => message).join('\n'));
  return result.supergraph;
};
