/** Opens connections to Redis, wherever REDIS_URL says that it is: the rest of the code cannot tell the three kinds apart. */
import { connect as connectPlainly } from 'node:net';
import { connect as connectOverTls } from 'node:tls';
import { AbstractConnector, Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { availabilityLog, availabilityLogs } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { type RedisAddress, type RedisCredentials, type RedisNode, redisAddress } from './address.ts';

export type RedisClient = Redis | Cluster;

export interface FailFastOptions {
  readonly timeoutMs: number;
  /** For `CLIENT LIST`. */
  readonly name?: string;
  /** Of a cluster, a connection to one of its nodes at a time: every node hears what is published at any. */
  readonly oneNode?: boolean;
}

// 0.1 s growing to 2 s: quick after a restart or a fail-over, quiet during a long absence.
const reconnectAfterMs = (times: number) => Math.min(times * 100, 2_000);

// 2 s to connect, and as long for a word with a Sentinel: both take milliseconds, and the next one may be better off.
const connectTimeout = 2_000;
const sentinelCommandTimeout = 2_000;

const always = {
  connectTimeout,
  retryStrategy: reconnectAfterMs,
  // A master that became a replica says so at each write: what is connected to by its name is somewhere else by now.
  reconnectOnError: (error: Error) => error.message.includes('READONLY'),
} satisfies RedisOptions;

/** A connection whose commands fail at once while Redis is away: whoever uses it has another answer, or tries again. */
export const failFastRedis = (url: string, { timeoutMs, name, oneNode }: FailFastOptions): RedisClient => {
  const address = redisAddress(url);
  const hasty = {
    ...(name && { connectionName: name }),
    // 0: a command that was under way when the connection broke fails now.
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    // A connection that went silent is given up as well, or each command after this one would time out on it.
    socketTimeout: timeoutMs,
  } satisfies RedisOptions;
  if (address.kind === 'cluster' && !oneNode)
    return cluster(address, hasty, {
      enableOfflineQueue: false,
      // 3 times, 50 ms apart, which is also when ioredis asks who has the slot now; then the command fails.
      maxRedirections: 3,
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 50,
      retryDelayOnTryAgain: 50,
    });
  const options = { ...always, ...hasty, enableOfflineQueue: false };
  return address.kind === 'server'
    ? new Redis(address.url, options)
    : new Redis({ ...(address.kind === 'cluster' ? anyNode(address) : bySentinel(address)), ...options });
};

export interface WaitingRedis {
  /** What BullMQ makes the connections of a worker of: they wait for Redis for as long as it takes. */
  readonly connection: RedisOptions | (RedisOptions & { readonly url: string }) | Cluster;
  /** When the worker is closed. */
  release(): void;
}

export const waitingRedis = (url: string, silentMs: number): WaitingRedis => {
  const address = redisAddress(url);
  const patient = { maxRetriesPerRequest: null, socketTimeout: silentMs } satisfies RedisOptions;
  const release = () => undefined;
  if (address.kind === 'server') return { connection: { ...always, ...patient, url: address.url }, release };
  if (address.kind === 'sentinel') return { connection: { ...bySentinel(address), ...always, ...patient }, release };
  return withCopies(cluster(address, patient, {}));
};

/** BullMQ uses a client that it is given for commands, and a copy of it to wait for work with; it closes the copy only. */
const withCopies = (client: Cluster): WaitingRedis => {
  const opened = new Set<Redis | Cluster>();
  const follow = (each: Cluster): Cluster => {
    opened.add(each);
    each.on('+node', (node: Redis) => {
      opened.add(node);
      node.once('end', () => opened.delete(node));
    });
    // An error after BullMQ has stopped to listen would end the process.
    return each.on('error', () => undefined);
  };
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...given) => follow(duplicate(...given));
  // BullMQ's recovery of cluster clients may open one again that the end of its worker is just closing, and ioredis then
  // loses sight of the connections to its nodes: nobody else would close them.
  return { connection: follow(client), release: () => opened.forEach((each) => void each.disconnect()) };
};

/** One log line when it goes away and one when it is back; of a cluster, the same of each node. Returns what ends it. */
export const logAvailability = (client: RedisClient, log: Logger, what: string): (() => void) => {
  const link = availabilityLog(log, what);
  const closed = () => link.down(new Error('the connection was closed'));
  client.on('error', link.down);
  client.on('close', closed);
  client.on('ready', link.up);
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
    // Names stay names: a certificate is made out to one, and the address behind it may be another tomorrow.
    dnsLookup: (name, callback) => callback(null, name),
    redisOptions: { connectTimeout, ...redisOptions, ...loginOf(credentials, tls) },
  });

/** The next node at each connection, so that one that is away costs a moment. */
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
