/** Whether a Redis is configured for queues, as far as INFO reports it. */
import { Cluster } from 'ioredis';
import type { Logger } from '../observability/log.ts';
import { redisAddress } from './address.ts';
import { failFastRedis, type RedisClient } from './client.ts';

// The scripts of the queues and of the gateway use GETEX and others that came with 6.2.
const oldest = { major: 6, minor: 2 };

/** Each as a sentence with its remedy. */
export const configurationWarnings = (info: string): readonly string[] => {
  const [major = 0, minor = 0] = (field(info, 'redis_version') ?? '').split('.').map(Number);
  const isOld = major > 0 && (major < oldest.major || (major === oldest.major && minor < oldest.minor));
  const policy = field(info, 'maxmemory_policy');
  return [
    ...(isOld ? [`Redis is ${major}.${minor}: ${oldest.major}.${oldest.minor} or newer is needed`] : []),
    ...(policy !== undefined && policy !== 'noeviction'
      ? [`Redis may evict queued messages (maxmemory-policy ${policy}): set maxmemory-policy noeviction`]
      : []),
  ];
};

export const isClusterNode = (info: string): boolean => field(info, 'cluster_enabled') === '1';

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

/** Checks each new connection, since a fail-over may lead to a server with other settings; logs each warning once. */
export const logConfigurationWarnings = (client: RedisClient, log: Logger): void => {
  const logged = new Set<string>();
  client.on('ready', async () => {
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    // These are warnings: a user without the right to INFO gets none.
    const infos = await Promise.all(servers.map((server) => server.info().catch(() => '')));
    for (const sentence of infos.flatMap(configurationWarnings)) {
      if (!logged.has(sentence)) log.warn(sentence);
      logged.add(sentence);
    }
  });
};

// 2 s, as for any connection to Redis. An unavailable one does not prevent the start.
const checkTimeoutMs = 2_000;

/** What is wrong with REDIS_URL that only its server can tell; undefined while that is away. */
export const clusterModeFault = async (url: string): Promise<string | undefined> => {
  if (redisAddress(url).kind !== 'server') return undefined;
  const client = failFastRedis(url, { timeoutMs: checkTimeoutMs, name: 'agora-start' });
  try {
    const isReady = await new Promise<boolean>((resolve) => {
      client.once('ready', () => resolve(true));
      client.once('error', () => resolve(false)).once('close', () => resolve(false));
    });
    const info = isReady ? await client.info().catch(() => '') : '';
    return isClusterNode(info)
      ? 'names one node of a cluster as if it were a server by itself: write redis+cluster:// (or rediss+cluster://)'
      : undefined;
  } finally {
    client.on('error', () => undefined);
    client.disconnect();
  }
};

/** At the start of a process: ends it with one sentence, as an invalid variable does. */
export const exitOnRedisMisconfiguration = async (service: string, url: string | undefined): Promise<void> => {
  const fault = url && (await clusterModeFault(url));
  if (!fault) return;
  process.stderr.write(`${service}: the environment is not usable:\n  REDIS_URL: ${fault}\n`);
  process.exit(1);
};
