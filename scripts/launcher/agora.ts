import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type ServiceName, type SubgraphName, serviceNames, subgraphNames } from '../../contracts/services.ts';
import { migrateBus } from '../../platform/bus/create-bus.ts';
import type { Cluster } from '../database/cluster.ts';
import { keepRunning, migrateAll, openDatabases } from './databases.ts';
import { type Facts, operatorEnvironment, serviceEnvironment } from './environment.ts';
import { chooseEvents, type EventsKind, isRedisInstalled, lastTransport, type OwnTransport, rememberTransport } from './events.ts';
import { processList } from './leftovers.ts';
import { lockFolder } from './lock.ts';
import { choosePorts, freePorts, type Ports, requireFree } from './ports.ts';
import { becomesReady } from './ready.ts';
import { type PrivateRedis, startPrivateRedis } from './redis.ts';
import { loadSecrets } from './secrets.ts';
import { type Supervised, supervise } from './supervise.ts';

export type AgoraOptions = {
  /** Holds the database, the queue and the secrets; made when missing. */
  dataDir: string;
  /** `free` for any that are free; otherwise what the `*_PORT` variables say, else counted from this number, else the defaults. */
  ports?: 'free' | number;
  /** Instead of this process's own environment. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The transport to use when the environment names none. */
  events?: OwnTransport;
  /** Each line that a service printed, as it was printed, and the launcher's own sentences under the name `launcher`. */
  onLine?: (source: string, line: string) => void;
  /** Where the services are; the checkout that this file belongs to. */
  root?: string;
};

export type Agora = {
  urls: Record<ServiceName, string>;
  databaseUrls: Record<SubgraphName, string>;
  /** Our own PostgreSQL server, unless the environment gave all addresses. */
  cluster: Cluster | undefined;
  events: { kind: EventsKind; redis: PrivateRedis | undefined };
  /** For tools that work on this system: seed, audit. */
  environment: NodeJS.ProcessEnv;
  /** Services that are not running now: they died too often or are down on purpose. */
  down: () => ServiceName[];
  pid: (service: ServiceName) => number | undefined;
  /** kill -9; it stays down until `restart`. */
  kill: (service: ServiceName) => Promise<void>;
  /** Stops it if it runs, starts it, waits until it is ready. Throws when it does not become ready. */
  restart: (service: ServiceName) => Promise<void>;
  /** Gateway, subgraphs, queue, database, in this order. `atOnce` kills them all: nothing is lost, but recovery is left to the next start. */
  stop: (how?: { atOnce: boolean }) => Promise<void>;
};

// A service drains for at most 10 s (SHUTDOWN_DEADLINE_MS) and then ends itself.
const graceMs = 12_000;

/** Starts the whole system: database, queue, migrations, one process per service. Resolves when all were ready or given up. */
export const startAgora = async (options: AgoraOptions): Promise<Agora> => {
  const folder = path.resolve(options.dataDir);
  const undo: (() => unknown)[] = [];
  try {
    return await assemble({ ...options, dataDir: folder }, undo);
  } catch (fault) {
    for (const step of undo.reverse()) await step();
    throw fault;
  }
};
