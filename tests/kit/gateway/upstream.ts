/** A subgraph client as the gateway makes one, over servers of the test's own. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { upstreamMetrics } from '#gateway/upstream/metrics.ts';
import type { Lookup } from '#gateway/upstream/replicas.ts';
import type { SubgraphAnswer } from '#gateway/upstream/subgraph-call.ts';
import { type SubgraphClient, subgraphClient } from '#gateway/upstream/subgraph-client.ts';
import { subgraphSettings, subgraphVariablesOf, upstreamVariables } from '#gateway/upstream/variables.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { recordedLog } from '../observability/recorded-log.ts';
import { type HttpFixture, httpServer } from '../user/token-builders.ts';

export interface ClientFixture extends SubgraphClient {
  /** What a metric of this client says, without the common start of its name. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  readonly lines: ReturnType<typeof recordedLog>['lines'];
}

/** The client of a subgraph called `orders`, with replicas at `urls`; `environment` as the gateway would have it. */
export const aSubgraphClient = (
  urls: readonly string[],
  environment: Record<string, string> = {},
  lookup?: Lookup,
): ClientFixture => {
  const env = { ...environment, ORDERS_SUBGRAPH_URL: urls.join() };
  const config = z.object({ ...upstreamVariables, ...subgraphVariablesOf(env) }).parse(env);
  const { log, lines } = recordedLog();
  const registry = createMetrics('gateway');
  const metrics = upstreamMetrics(registry);
  const client = subgraphClient({
    name: 'orders',
    ...subgraphSettings(config, 'orders', ''),
    metrics,
    log,
    ...(lookup && { lookup }),
  });
  const metric: ClientFixture['metric'] = async (name, labels = {}) => {
    const { values = [] } = (await registry.getSingleMetric(`agora_gateway_subgraph_${name}`)?.get()) ?? {};
    const fits = values.filter((value) => Object.entries(labels).every(([label, is]) => value.labels[label] === is));
    return fits.reduce((sum, { value }) => sum + value, 0);
  };
  return { ...client, metric, lines };
};

export interface Replica extends HttpFixture {
  /** The bodies that have come. */
  readonly received: string[];
  /** Takes effect with the next request. */
  behave(next: Behaviour): void;
}

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

export const answer =
  (body: object = { data: { me: 'Ada' } }, status = 200): Behaviour =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
export const neverAnswer: Behaviour = () => undefined;
export const hangUp: Behaviour = (_, request) => void request.socket.destroy();

/** A GraphQL server whose answers the test scripts. */
export const aReplica = async (behaviour: Behaviour = answer()): Promise<Replica> => {
  const received: string[] = [];
  let current = behaviour;
  const server = await httpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push(body);
      current(response, request);
    });
  });
  return {
    ...server,
    received,
    behave: (next) => {
      current = next;
    },
  };
};

export const query = { query: 'query Me__orders__0{me}' };
export const mutation = { query: 'mutation Pay__orders__0{pay}' };
/** As the gateway would send them for one viewer. */
export const headers = { 'content-type': 'application/json', 'x-agora-viewer': 'ada' };

export const codeOf = ({ errors }: SubgraphAnswer): unknown => errors?.[0]?.extensions?.code;

export const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

export const oneByOne = async <T>(count: number, make: () => Promise<T>): Promise<T[]> => {
  const made: T[] = [];
  for (let n = 0; n < count; n++) made.push(await make());
  return made;
};

/** Replicas and clients that end with the test that made them. */
export const upstreamFixture = () => {
  const running: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(started: T): T => {
    running.push(started);
    return started;
  };
  return {
    replica: async (behaviour?: Behaviour) => keep(await aReplica(behaviour)),
    client: (urls: readonly string[], environment?: Record<string, string>) => keep(aSubgraphClient(urls, environment)),
    end: async () => void (await Promise.all(running.splice(0).map((each) => each.close()))),
  };
};
