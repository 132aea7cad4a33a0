/** Runs a subgraph's process: HTTP and GraphQL in the API role; relay, consumers and sweeps in the consumer role. */
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { JSONWebKeySet } from 'jose';
import type { Envelope, MessageDefinition } from '#contracts/envelope.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { busSignature } from '../auth/bus-signature.ts';
import { viewerVerifier } from '../auth/viewer.ts';
import type { PoolOptions } from '../database/database.ts';
import type { Sql } from '../database/transaction.ts';
import { serveGraphql } from '../graphql/serve.ts';
import { createHttpServer } from '../http/server.ts';
import { busLimits } from '../messaging/bus/bus.ts';
import { createBus } from '../messaging/bus/create-bus.ts';
import { type MessageHandler, startConsumer } from '../messaging/consumer.ts';
import { serveEventPages } from '../messaging/event-pages.ts';
import { forgetOldKeys } from '../messaging/idempotency.ts';
import { measureOutbox } from '../messaging/metrics.ts';
import { startRelay } from '../messaging/relay.ts';
import { createLog, type Logger } from '../observability/log.ts';
import { createMetrics, type Registry } from '../observability/metrics.ts';
import type { TracingConfig } from '../observability/tracing-sdk.ts';
import { startTracing } from '../observability/tracing-sdk.ts';
import { type ChangeNotifications, createChangeNotifications } from '../pubsub/change-notifications.ts';
import { exitOnRedisMisconfiguration } from '../redis/server-checks.ts';
import { withDeadline } from '../resilience/deadline.ts';
import { type PeriodicTask, startPeriodic } from './periodic.ts';
import { onShutdown, type Shutdown } from './shutdown.ts';

/** What a subgraph's `wire` is given. */
export interface Kit<Config, Client> {
  readonly config: Config;
  readonly prisma: Client;
  /** Its database without a pooler in transaction mode between: for LISTEN and whatever else outlives a transaction. */
  readonly directUrl: string;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** What a subgraph's `wire` gives to be run. */
export interface Subgraph<Context extends { viewer: Viewer }> {
  readonly schema: GraphQLSchema;
  readonly context: (viewer: Viewer) => Context;
  readonly handlers: readonly MessageHandler[];
  readonly tasks: readonly PeriodicTask[];
  /** Doors that are not GraphQL: webhooks, key sets. */
  readonly routes?: (http: FastifyInstance) => void;
  /** Messages that are served again from the event store; runs in the consumer role. */
  readonly replays?: readonly MessageDefinition[];
  /** What the graph calls the aggregates whose every message is published as a change: `{ product: 'Product' }`. */
  readonly publishesChangesOf?: Readonly<Record<string, string>>;
  /** Publishes changes that no outbox message covers. Runs in the consumer role; `close` ends it. */
  readonly publishChanges?: (changes: ChangeNotifications) => { close(): Promise<void> };
  /** Waits until the changes of these messages can be read from every database that is read from; bounded. */
  readonly beforePublishingChanges?: (messageIds: readonly string[]) => Promise<void>;
  /** Closes what it opened itself; the database is closed after it. */
  readonly close?: () => Promise<void>;
}

type SubgraphConfig<Name extends string> = TracingConfig & {
  readonly HOST: string;
  readonly LOG_LEVEL: string;
  readonly ROLE: 'all' | 'api' | 'consumer';
  readonly SHUTDOWN_DEADLINE_MS: number;
  readonly DATABASE_POOL_SIZE: number;
  readonly DATABASE_PREPARED_STATEMENTS: 'on' | 'off';
  readonly REDIS_URL?: string | undefined;
  readonly EVENTS_DATABASE_URL?: string | undefined;
  readonly VIEWER_VERIFY_KEYS: unknown;
} & { readonly [Key in `${Uppercase<Name>}_PORT`]: number } & {
  readonly [Key in `${Uppercase<Name>}_DATABASE_URL`]: string;
} & { readonly [Key in `${Uppercase<Name>}_DATABASE_DIRECT_URL`]?: string | undefined };

/** A generated Prisma client. */
type DatabaseClient = Sql & { $disconnect(): Promise<void> };

export interface SubgraphOptions<
  Name extends string,
  Config extends SubgraphConfig<Name>,
  Client extends DatabaseClient,
  Context extends { viewer: Viewer },
> {
  readonly name: Name;
  readonly config: Config;
  /** The queues that get a copy of a message; `undefined` for one that this release does not know (see the relay). */
  readonly receiversOf: (type: string, version: number) => readonly string[] | undefined;
  readonly connect: (url: string, poolSize: number, options: PoolOptions) => Client;
  readonly wire: (kit: Kit<Config, Client>) => Promise<Subgraph<Context>> | Subgraph<Context>;
}

// The order of the end: no new requests, then no new messages, then no more sweeps and relays, then the pools.
export const runSubgraph = async <
  Name extends string,
  Config extends SubgraphConfig<Name>,
  Client extends DatabaseClient,
  Context extends { viewer: Viewer },
>({
  name,
  config,
  receiversOf,
  connect,
  wire,
}: SubgraphOptions<Name, Config, Client, Context>) => {
  await exitOnRedisMisconfiguration(name, config.REDIS_URL);
  const log = createLog({ service: name, level: config.LOG_LEVEL });
  const metrics = createMetrics(name);
  const tracing = await startTracing(name, config, log);
  const shutdown = onShutdown(log, config.SHUTDOWN_DEADLINE_MS);
  const { port, databaseUrl, directUrl } = addressesOf<Name>(name, config);
  const prisma = connect(databaseUrl, config.DATABASE_POOL_SIZE, {
    metrics,
    preparedStatements: config.DATABASE_PREPARED_STATEMENTS,
  });
  const subgraph = await wire({ config, prisma, directUrl, log, metrics });
  const running = { name, config, database: prisma, directUrl, receiversOf, subgraph, log, metrics };

  let work: Awaited<ReturnType<typeof workQueue>> | undefined;

  const http = createHttpServer({
    log,
    metrics,
    notReady: async () => [
      ...(shutdown.running ? [] : ['shutting down']),
      ...((await answers(prisma)) ? [] : ['database']),
      // A process that also serves requests stays ready: a stuck sweep has an alert of its own.
      ...(config.ROLE === 'consumer' ? (work?.sweeps.overdue() ?? []) : []),
      // A setting that is wrong mends by no waiting: a deploy should end at it, and not go on to the next process.
      ...(work?.refused() ?? []),
    ],
  });
  if (config.ROLE !== 'consumer') await serveApi(running, http);
  if (config.ROLE !== 'api') replayEvents(running, http);
  await http.listen({ host: config.HOST, port });
  shutdown.add('http', () => http.close());

  if (config.ROLE !== 'api') work = await workQueue(running, shutdown);
  shutdown.add('database', async () => {
    await subgraph.close?.();
    await prisma.$disconnect();
  });
  shutdown.add('tracing', tracing.close);
  log.info({ port, role: config.ROLE }, 'listening');
};

const addressesOf = <Name extends string>(name: Name, config: SubgraphConfig<Name>) => {
  const prefix = name.toUpperCase();
  // By the type of `config`; TypeScript does not follow names that are put together.
  const own = config as unknown as Readonly<Record<string, string> & Record<`${string}_PORT`, number>>;
  const databaseUrl = own[`${prefix}_DATABASE_URL`] as string;
  return {
    databaseUrl,
    directUrl: own[`${prefix}_DATABASE_DIRECT_URL`] ?? databaseUrl,
    port: own[`${prefix}_PORT`] as number,
  };
};

interface Running<Context extends { viewer: Viewer }> {
  readonly name: string;
  readonly config: SubgraphConfig<never>;
  readonly database: Sql;
  readonly directUrl: string;
  readonly receiversOf: (type: string, version: number) => readonly string[] | undefined;
  readonly subgraph: Subgraph<Context>;
  readonly log: Logger;
  readonly metrics: Registry;
}

const serveApi = async <Context extends { viewer: Viewer }>(
  { name, config, subgraph: { schema, context, routes }, log }: Running<Context>,
  http: FastifyInstance,
) => {
  const verifyViewer = viewerVerifier(config.VIEWER_VERIFY_KEYS as JSONWebKeySet, name);
  await serveGraphql({ http, schema, context, verifyViewer, log });
  routes?.(http);
};

/** Where the queue is processed: that process knows the bus, and no client reaches it. */
const replayEvents = <Context extends { viewer: Viewer }>(
  { name, config, database, subgraph: { replays } }: Running<Context>,
  http: FastifyInstance,
) => {
  if (!replays) return;
  let signature: ReturnType<typeof busSignature> | undefined;
  serveEventPages(http, {
    service: name,
    replays,
    database,
    // Not before somebody asks: it costs a tenth of a second.
    signature: () => {
      signature ??= busSignature(config);
      return signature;
    },
  });
};

// 1 h: what lingers a little longer costs nothing.
const forgetKeysEveryMs = 60 * 60 * 1_000;

const workQueue = async <Context extends { viewer: Viewer }>(
  { name, config, database, directUrl, receiversOf, subgraph, log, metrics }: Running<Context>,
  shutdown: Shutdown,
) => {
  const { handlers, tasks, publishChanges } = subgraph;
  const bus = await createBus(config, log);
  const concurrency = messagesAtOnce(config.DATABASE_POOL_SIZE);
  const consumer = await startConsumer({ bus, queue: name, handlers, log, metrics, concurrency });
  const forgetKeys = {
    name: 'forget old idempotency keys',
    everyMs: forgetKeysEveryMs,
    run: () => forgetOldKeys(database),
  };
  const sweeps = startPeriodic([...tasks, forgetKeys], { log, metrics });
  const changes = createChangeNotifications(config, log);
  const publisher = publishChanges?.(changes);
  const notify = changePublisher(changes, subgraph);
  measureOutbox(metrics, database);
  const directVariable = `${name.toUpperCase()}_DATABASE_DIRECT_URL`;
  const relay = await startRelay({
    databaseUrl: directUrl,
    directVariable,
    bus,
    receivers: receiversOf,
    notify,
    log,
    metrics,
  });
  shutdown.add('consumer', () => consumer.close());
  shutdown.add('sweeps', () => sweeps.close());
  shutdown.add('relay', () => relay.close());
  shutdown.add('change notifications', async () => {
    await publisher?.close();
    await changes.close();
  });
  shutdown.add('bus', () => bus.close());
  const refused = (what: string, code: string | undefined) => (code ? [`${what} (refused: ${code})`] : []);
  return {
    sweeps,
    refused: () => [...refused('queue', bus.refusal()), ...refused('change notifications', changes.refusal())],
  };
};

// 2 s: a database that answers does so in a millisecond, and readiness probes give up after a few seconds.
const answerWithinMs = 2_000;

const answers = (database: Sql): Promise<boolean> =>
  withDeadline(
    answerWithinMs,
    database.$queryRawUnsafe('SELECT 1').then(
      () => true,
      () => false,
    ),
    () => false,
  );

// 2 connections: messages that all wait for the stock of one variant must leave some to requests, relay and sweeps.
const leftByMessages = 2;

const messagesAtOnce = (poolSize: number): number =>
  Math.max(1, Math.min(busLimits.concurrency, poolSize - leftByMessages));

/** One change notification for each thing that the messages are about, with the latest of its sequences. */
const changePublisher =
  (
    changes: ChangeNotifications,
    {
      publishesChangesOf = {},
      beforePublishingChanges,
    }: Pick<Subgraph<{ viewer: Viewer }>, 'publishesChangesOf' | 'beforePublishingChanges'>,
  ) =>
  async (messages: readonly Envelope[]): Promise<void> => {
    const changed = messages.filter(({ aggregate }) => publishesChangesOf[aggregate.type]);
    if (changed.length > 0) await beforePublishingChanges?.(changed.map(({ id }) => id));
    const latest = new Map(changed.map((message) => [`${message.aggregate.type}/${message.aggregate.id}`, message]));
    await Promise.all(
      [...latest.values()].map(({ aggregate, sequence }) =>
        changes.publish({
          about: { type: publishesChangesOf[aggregate.type] ?? aggregate.type, id: aggregate.id },
          version: sequence,
        }),
      ),
    );
  };
