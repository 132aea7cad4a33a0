/** Whether a Redis is one that queues can live in, as far as it tells by INFO. */
import { Cluster } from 'ioredis';
import type { Logger } from '../observability/log.ts';
import { redisAddress } from './address.ts';
import { failFastRedis, type RedisClient } from './client.ts';

// What the scripts of the queues and of the gateway need: GETEX and its like came with 6.2.
const oldest = { major: 6, minor: 2 };

/** Each as a sentence that says what to do. */
export const configurationWarnings = (info: string): readonly string[] => {
  const [major = 0, minor = 0] = (field(info, 'redis_version') ?? '').split('.').map(Number);
  const isOld = major > 0 && (major < oldest.major || (major === oldest.major && minor < oldest.minor));
  const policy = field(info, 'maxmemory_policy');
  return [
    ...(isOld ? [`Redis is ${major}.${minor}: ${oldest.major}.${oldest.minor} or newer is needed`] : []),
    ...(policy !== undefined && policy !== 'noeviction'
      ? [
          `Redis may evict (maxmemory-policy ${policy}), and with it messages that wait: set maxmemory-policy noeviction`,
        ]
      : []),
  ];
};

export const isClusterNode = (info: string): boolean => field(info, 'cluster_enabled') === '1';

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

/** Looks at each new connection, since a fail-over may lead to a server with other settings; says each thing once. */
export const logConfigurationWarnings = (client: RedisClient, log: Logger): void => {
  const said = new Set<string>();
  client.on('ready', async () => {
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    // Whoever may not ask INFO works without: this is advice.
    const infos = await Promise.all(servers.map((server) => server.info().catch(() => '')));
    for (const sentence of infos.flatMap(configurationWarnings)) {
      if (!said.has(sentence)) log.warn(sentence);
      said.add(sentence);
    }
  });
};

// 2 s, as for any connection to Redis. One that is away is no reason not to start.
const lookWithinMs = 2_000;

/** What is wrong with REDIS_URL that only its server can tell, as half a sentence; nothing while that is away. */
export const clusterModeFault = async (url: string): Promise<string | undefined> => {
  if (redisAddress(url).kind !== 'server') return undefined;
  const client = failFastRedis(url, { timeoutMs: lookWithinMs, name: 'agora-start' });
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

/** For the start of a process: ends it with one sentence, as a fault of any variable does. */
export const exitOnRedisMisconfiguration = async (service: string, url: string | undefined): Promise<void> => {
  const fault = url && (await clusterModeFault(url));
  if (!fault) return;
  process.stderr.write(`${service}: the environment is not usable:\n  REDIS_URL: ${fault}\n`);
  process.exit(1);
};
