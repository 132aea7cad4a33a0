/** Connections to Redis, whether REDIS_URL names a server, Sentinels or a cluster. */
import { connect as connectPlainly } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectOverTls } from 'node:tls';
import { AbstractConnector, Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { availabilityLog, availabilityLogs } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { type RedisAddress, type RedisCredentials, type RedisNode, redisAddress } from './address.ts';
import { observeReplies, refusalLog } from './replies.ts';

export type RedisClient = Redis | Cluster;

export interface FailFastOptions {
  readonly timeoutMs: number;
  /** For `CLIENT LIST`. */
  readonly name?: string;
  /** Of a cluster, connect to one node at a time: enough for pub/sub, which every node relays. */
  readonly oneNode?: boolean;
}

// 0.1 s growing to 2 s: quick after a restart or a fail-over, quiet during a long outage.
const reconnectAfterMs = (times: number) => Math.min(times * 100, 2_000);

// 2 s to connect, and for a reply of a Sentinel: both take milliseconds, and the next one may be healthier.
const connectTimeout = 2_000;
const sentinelCommandTimeout = 2_000;

const always = {
  connectTimeout,
  retryStrategy: reconnectAfterMs,
  // READONLY: the master became a replica, and its name leads to another server by now.
  reconnectOnError: (error: Error) => error.message.includes('READONLY'),
} satisfies RedisOptions;

/** A connection whose commands fail at once while Redis is away, for callers with a fallback or retries of their own. */
export const failFastRedis = (url: string, { timeoutMs, name, oneNode }: FailFastOptions): RedisClient => {
  const address = redisAddress(url);
  const failFast = {
    ...(name && { connectionName: name }),
    // 0: commands in flight fail when the connection breaks.
    maxRetriesPerRequest: 0,
  } satisfies RedisOptions;
  if (address.kind === 'cluster' && !oneNode)
    return cluster(
      address,
      { ...failFast, commandTimeout: timeoutMs, socketTimeout: timeoutMs },
      {
        enableOfflineQueue: false,
        // 3 times, 50 ms apart, with the slot map refreshed each time; then the command fails.
        maxRedirections: 3,
        retryDelayOnFailover: 50,
        retryDelayOnClusterDown: 50,
        retryDelayOnTryAgain: 50,
      },
    );
  const options = { ...always, ...failFast, enableOfflineQueue: false };
  const client =
    address.kind === 'server'
      ? new Redis(address.url, options)
      : new Redis({ ...(address.kind === 'cluster' ? anyNode(address) : bySentinel(address)), ...options });
  boundReplies(client, timeoutMs);
  return client;
};

/**
 * Fails a command that is not answered in time, and replaces a connection that has gone silent, or each further command
 * would time out on it. ioredis' own time-outs, which the nodes of a cluster have, fire before a reply is read that came
 * while the event loop was busy, as it is when a supergraph is loaded: a healthy Redis would count as away.
 */
const boundReplies = (client: Redis, timeoutMs: number): void => {
  const send = client.sendCommand.bind(client);
  let heardAt = 0;
  client.on('connect', () => {
    client.stream.on('data', () => {
      heardAt = performance.now();
    });
  });
  client.sendCommand = (...given) => {
    const [command] = given;
    const reply = send(...given);
    const late = async () => {
      // Reads what has arrived.
      await nextTurn();
      if (command.isResolved) return;
      const fault = new Error(`Redis did not answer within ${timeoutMs} ms`);
      command.reject(fault);
      if (performance.now() - heardAt >= timeoutMs) client.stream?.destroy(fault);
    };
    const timer = setTimeout(late, timeoutMs);
    const settled = () => clearTimeout(timer);
    command.promise.then(settled, settled);
    return reply;
  };
};

export interface WaitingRedis {
  /** BullMQ makes the connections of a worker from it; they wait for Redis indefinitely. */
  readonly connection: RedisOptions | (RedisOptions & { readonly url: string }) | Cluster;
  /** When the worker is closed. */
  release(): void;
}

export const waitingRedis = (url: string, silentMs: number): WaitingRedis => {
  const address = redisAddress(url);
  const waiting = { maxRetriesPerRequest: null, socketTimeout: silentMs } satisfies RedisOptions;
  const release = () => undefined;
  if (address.kind === 'server') return { connection: { ...always, ...waiting, url: address.url }, release };
  if (address.kind === 'sentinel') return { connection: { ...bySentinel(address), ...always, ...waiting }, release };
  return withCopies(cluster(address, waiting, {}));
};

/** BullMQ uses a given client for commands and a duplicate for blocking reads; it closes the duplicate only. */
const withCopies = (client: Cluster): WaitingRedis => {
  const opened = new Set<Redis | Cluster>();
  const follow = (each: Cluster): Cluster => {
    opened.add(each);
    each.on('+node', (node: Redis) => {
      opened.add(node);
      node.once('end', () => opened.delete(node));
    });
    // An error after BullMQ has removed its listeners would end the process.
    return each.on('error', () => undefined);
  };
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...given) => follow(duplicate(...given));
  // BullMQ's recovery may reopen a cluster client while its worker is being closed, and ioredis then loses track of the
  // connections to its nodes: nobody else would close them.
  return { connection: follow(client), release: () => opened.forEach((each) => void each.disconnect()) };
};

/** One log line when it becomes unavailable and one when it is back; for a cluster, also per node. Returns the stop function. */
export const logAvailability = (client: RedisClient, log: Logger, what: string): (() => void) => {
  const availability = availabilityLog(log, what);
  const closed = () => availability.down(new Error('the connection was closed'));
  client.on('error', availability.down);
  client.on('close', closed);
  client.on('ready', availability.up);
  if (client instanceof Cluster) {
    const nodes = availabilityLogs(log, (node) => `${what}, node ${node},`);
    client.on('node error', (error: Error, node: string) => nodes(node).down(error));
    client.on('+node', (node: Redis) => node.on('ready', nodes(`${node.options.host}:${node.options.port}`).up));
  }
  return () => void client.off('close', closed);
};

const loginOf = ({ username, password }: RedisCredentials, tls: boolean) => ({
  ...(username && { username }),
  ...(password && { password }),
  ...(tls && { tls: {} }),
});

const bySentinel = (address: Extract<RedisAddress, { kind: 'sentinel' }>): RedisOptions => ({
  sentinels: [...address.sentinels],
  name: address.master,
  ...loginOf(address.credentials, address.tls),
  ...(address.sentinelCredentials.username && { sentinelUsername: address.sentinelCredentials.username }),
  ...(address.sentinelCredentials.password && { sentinelPassword: address.sentinelCredentials.password }),
  ...(address.tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
  sentinelCommandTimeout,
  sentinelRetryStrategy: reconnectAfterMs,
});

const cluster = (
  { nodes, credentials, tls }: Extract<RedisAddress, { kind: 'cluster' }>,
  redisOptions: RedisOptions,
  options: ClusterOptions,
): Cluster =>
  new Cluster([...nodes], {
    ...options,
    clusterRetryStrategy: reconnectAfterMs,
    slotsRefreshTimeout: connectTimeout,
    // Names stay names: certificates are issued to them, and the address behind one may change.
    dnsLookup: (name, callback) => callback(null, name),
    redisOptions: { connectTimeout, ...redisOptions, ...loginOf(credentials, tls) },
  });

/** Another node at each connection, so that one that is away costs a moment. */
const anyNode = ({ nodes, credentials, tls }: Extract<RedisAddress, { kind: 'cluster' }>): RedisOptions => {
  let turn = 0;
  return {
    ...loginOf(credentials, tls),
    Connector: class extends AbstractConnector {
      constructor() {
        super(connectTimeout);
      }
      override async connect() {
        this.connecting = true;
        const { host, port } = nodes[turn++ % nodes.length] as RedisNode;
        const stream = tls ? connectOverTls({ host, port }) : connectPlainly({ host, port });
        stream.once('error', (error) => {
          this.firstError = error;
        });
        this.stream = stream;
        return stream;
      }
    },
  };
};

export interface RedisConnection {
  readonly redis: RedisClient;
  /** False while Redis is away: a command would fail at once. */
  readonly isUp: () => boolean;
  /** The code of an error reply (NOPERM, MOVED) that lasts until a setting changes. */
  readonly refusal: () => string | undefined;
  /** Ends the connection; commands in flight fail. */
  readonly close: () => void;
}

// All keys of a Redis share one namespace: BullMQ's begin with `{agora}`, ours with this.
export const redisKeyPrefix = 'agora:gateway:';

// 250 ms: a hundred times what a healthy Redis takes, and less than a user notices.
const commandTimeoutMs = 250;

export interface ConnectOptions {
  readonly timeoutMs?: number;
  readonly oneNode?: boolean;
}

/**
 * A connection for what may be lost: rate limits, caches, change notifications. Returns at once, connects in the
 * background and reconnects for as long as it takes; commands fail at once meanwhile. `purpose` names it in the log and
 * in `CLIENT LIST`. Subscribing needs a connection of its own; ioredis subscribes again after an absence, and what was
 * published meanwhile is lost.
 */
export const connectRedis = (
  url: string,
  log: Logger,
  purpose: string,
  { timeoutMs = commandTimeoutMs, oneNode = false }: ConnectOptions = {},
): RedisConnection => {
  const redis = failFastRedis(url, { timeoutMs, oneNode, name: `agora-${purpose.replaceAll(' ', '-')}` });
  const stopLogging = logAvailability(redis, log, `Redis (${purpose})`);
  const replies = refusalLog(log, `a command (${purpose})`);
  observeReplies(redis, replies);
  return {
    redis,
    isUp: () => redis.status === 'ready',
    refusal: replies.refusal,
    close: () => {
      stopLogging();
      redis.disconnect();
    },
  };
};
