/** The composition root: configuration in, a gateway that is ready to listen out. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { JWK } from 'jose';
import { createHttpServer } from '../platform/http-server.ts';
import type { Logger } from '../platform/log.ts';
import type { Registry } from '../platform/metrics.ts';
import { startPeriodic } from '../platform/periodic.ts';
import { viewerSigner } from '../platform/viewer.ts';
import { type GatewayConfig, maxTokens } from './config.ts';
import { federation } from './graphql/federation.ts';
import { serveGraphql } from './graphql/graphql-route.ts';
import { startGraphqlServer } from './graphql/graphql-server.ts';
import { accessTokenKeys } from './identity/access-token-keys.ts';
import { authenticator } from './identity/authentication.ts';
import { requestContext } from './identity/request-context.ts';
import { playground } from './playground/page.ts';
import { subgraphSettings } from './upstream/routing.ts';
import { type SubgraphClient, subgraphClient } from './upstream/subgraph-client.ts';
import { subgraphBounds } from './upstream/variables.ts';

export interface GatewayKit {
  readonly log: Logger;
  readonly metrics: Registry;
  readonly isRunning: () => boolean;
}

export interface Gateway {
  readonly http: FastifyInstance;
  /** Waits for the requests under way, then lets go of the subgraphs. */
  readonly close: () => Promise<void>;
}

/** No subgraph needs to be up for it: whoever is away is missing from the answers, not the reason for none. */
export const wire = async (config: GatewayConfig, { log, metrics, isRunning }: GatewayKit): Promise<Gateway> => {
  const http = createHttpServer({ log, metrics, notReady: async () => (isRunning() ? [] : ['shutting down']) });

  const clients: SubgraphClient[] = [];
  const connect = (name: string, url: string): SubgraphClient => {
    const client = subgraphClient({ name, ...subgraphSettings(config, name, url), ...subgraphBounds, log });
    clients.push(client);
    return client;
  };
  const apollo = await startGraphqlServer({
    gateway: federation(readFileSync(config.SUPERGRAPH_FILE, 'utf8'), connect, log),
    http,
    introspection: config.INTROSPECTION === 'on',
    maxTokens,
    log,
  });

  const keys = accessTokenKeys(config.ACCESS_TOKEN_JWKS_URL);
  const refreshes = startPeriodic([keys.refresh], log);
  serveGraphql({
    http,
    apollo,
    authenticate: authenticator(keys.find),
    contextOf: requestContext(await viewerSigner(config.VIEWER_SIGNING_KEY as JWK)),
    sendPlayground: config.PLAYGROUND === 'on' ? playground() : undefined,
    log,
  });

  return {
    http,
    close: async () => {
      await apollo.stop();
      await refreshes.close();
      await Promise.all(clients.map((client) => client.close()));
    },
  };
};
