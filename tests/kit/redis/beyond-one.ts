/**
 * Redis as it is run by those who run it: a cluster, and a master with a replica under the eyes of a Sentinel, for a user
 * with exactly the permissions of docs/redis.md: what works here works for operators who follow the docs.
 */
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { freePort } from '#launcher/ports.ts';
import { until } from '../vitest/until.ts';
import { keepsNothing, type RedisProcess, redisProcess, type TestRedis } from './redis.ts';

const password = 'p@ss/word';
const urlPassword = encodeURIComponent(password);
const login = `agora:${urlPassword}`;
const withPassword = ['--requirepass', password, '--masterauth', password];

export interface TestRedisCluster extends TestRedis {
  /** Each node as if it were a server by itself, which it is not. */
  readonly nodeUrls: readonly string[];
  /** Ends one of the three masters; its slots are nobody's then. */
  stopNode(n: number): Promise<void>;
}

/** Three masters that share the slots. They ask for a password, which is in the URL; only the first is named there. */
export const startRedisCluster = async (): Promise<TestRedisCluster> => {
  const nodes = await Promise.all([0, 1, 2].map(clusterNode));
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const clients = nodes.map(clientOf);
  try {
    for (const [n, client] of clients.entries()) {
      await makeUser(client);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', ...slots(n));
      await client.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(first.busPort));
    }
    const isWhole = async (client: Redis) => {
      const info = String(await client.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    };
    await until('the cluster', async () => (await Promise.all(clients.map(isWhole))).every(Boolean), 20_000);
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    url: `redis+cluster://${login}@127.0.0.1:${first.port}`,
    nodeUrls: nodes.map(({ port }) => `redis://${login}@127.0.0.1:${port}`),
    stopNode: async (n) => nodes[n]?.stop(),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
};

const slots = (n: number): [string, string] => [String(n * 5_461), String(n === 2 ? 16_383 : (n + 1) * 5_461 - 1)];

const clusterNode = async () => {
  // Without one that is given, the nodes speak to each other on their port and ten thousand, which there may not be.
  const busPort = await freePort();
  const settings = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '1000'];
  return { ...(await redisProcess([...keepsNothing, ...withPassword, ...settings])), busPort };
};

const documentedRules = (): string => {
  const docs = readFileSync(new URL('../../../docs/redis.md', import.meta.url), 'utf8');
  const rules = /^ACL SETUSER agora on >\S+ (.+)$/m.exec(docs)?.[1];
  if (!rules) throw new Error('docs/redis.md does not say how the user is made');
  return rules;
};

const makeUser = async (client: Redis, rules = documentedRules()): Promise<void> => {
  await client.call('ACL', 'SETUSER', 'agora', 'reset', 'on', `>${password}`, ...rules.split(' '));
};

const clientOf = ({ port }: RedisProcess) => new Redis({ host: '127.0.0.1', port, password });

export interface TestSentinel extends TestRedis {
  /** Kills the master; the Sentinel promotes the replica a second later. */
  killMaster(): Promise<void>;
}

/** A master, its replica, and a Sentinel that needs nobody's agreement. All have passwords, which are in the URL. */
export const startSentinel = async (): Promise<TestSentinel> => {
  // At once instead of after 5 s, in which more replicas might come.
  const settings = [...keepsNothing, ...withPassword, '--repl-diskless-sync-delay', '0'];
  const master = await redisProcess(settings);
  const replica = await redisProcess([...settings, '--replicaof', `127.0.0.1 ${master.port}`]);
  const client = clientOf(replica);
  await until('the replica', async () => (await client.info('replication')).includes('master_link_status:up'), 20_000);
  for (const each of [clientOf(master), client]) {
    await makeUser(each);
    each.disconnect();
  }
  const sentinel = await redisProcess(['--sentinel'], sentinelConfig(master.port));
  const watching = new Redis({ host: '127.0.0.1', port: sentinel.port, password: sentinelPassword });
  await until('the Sentinel', async () => {
    const known = (await watching.call('SENTINEL', 'REPLICAS', 'shop')) as string[][];
    return known.some((fields) => fields.join().includes('master-link-status,ok'));
  });
  watching.disconnect();
  const all = [master, replica, sentinel];
  return {
    url: `redis+sentinel://${login}@127.0.0.1:${sentinel.port}/shop?sentinelPassword=${sentinelPassword}`,
    killMaster: () => master.stop(),
    stop: async () => void (await Promise.all(all.map((process) => process.stop()))),
  };
};

const sentinelPassword = 'guard';
const sentinelConfig = (masterPort: number): string => `
requirepass ${sentinelPassword}
sentinel monitor shop 127.0.0.1 ${masterPort} 1
sentinel auth-pass shop ${password}
sentinel down-after-milliseconds shop 500
sentinel failover-timeout shop 3000
`;

export interface TestRedisWithUser extends TestRedis {
  /** As in `ACL SETUSER`; instead of those that it had. */
  setRules(rules: string): Promise<void>;
  /** The output of INFO. */
  info(section: string): Promise<string>;
}

/** One server, and a user of it that has these rights and no others; those of the docs unless said otherwise. */
export const startRedisWithUser = async (rules?: string): Promise<TestRedisWithUser> => {
  const server = await redisProcess(keepsNothing);
  const admin = new Redis({ host: '127.0.0.1', port: server.port });
  await makeUser(admin, rules);
  return {
    url: `redis://${login}@127.0.0.1:${server.port}`,
    setRules: (given) => makeUser(admin, given),
    info: (section) => admin.info(section),
    stop: async () => {
      admin.disconnect();
      await server.stop();
    },
  };
};
