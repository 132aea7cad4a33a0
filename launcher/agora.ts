import path from 'node:path';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { closeDataSecrets } from '#ops/secrets/data-folder.ts';
import { type ServiceName, servicesFor } from '#ops/services.ts';
import { type Facts, loadVariables, operatorEnvironment, pastProxies } from './environment.ts';
import type { EventsKind, OwnTransport } from './events.ts';
import { type Infrastructure, startInfrastructure } from './infrastructure.ts';
import { choosePorts, freePorts, requireFree } from './ports.ts';
import type { OwnPostgres } from './postgres/own-postgres.ts';
import { processList } from './processes/leftovers.ts';
import { lockFolder } from './processes/lock.ts';
import { type Services, startServices } from './processes/services.ts';
import type { PrivateRedis } from './redis.ts';
import { loadSecrets } from './secrets.ts';

export type AgoraOptions = {
  /** Holds the database, the queue and the secrets; made when missing. */
  dataDir: string;
  /** `free` for any that are free; otherwise the `*_PORT` variables, else counted from this number, else the defaults. */
  ports?: 'free' | number | undefined;
  /** Where the gateway listens, when not on this machine alone. */
  host?: string | undefined;
  /** Instead of this process's own environment. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The transport to use when the environment names none. */
  events?: OwnTransport | undefined;
  /** Each line that a service printed, as it was printed, and the launcher's own sentences under the name `launcher`. */
  onLine?: (source: string, line: string) => void;
  /** Whether a service that dies is started again (the default) or stays down until `restart`. */
  comesBack?: boolean;
  /** Aborted: stop starting. */
  signal?: AbortSignal | undefined;
  /** Where the services are; the checkout that this file belongs to. */
  root?: string;
};

export type Agora = Omit<Services, 'stop' | 'allReady'> & {
  /** Services that were never ready while the start waited for them; a test should insist on none. */
  notReady: ServiceName[];
  urls: Record<ServiceName, string>;
  databaseUrls: DatabaseUrls;
  /** Our own servers, where the environment named none. */
  postgres: OwnPostgres | undefined;
  redis: PrivateRedis | undefined;
  events: EventsKind;
  /** For tools that work on this system: seed, audit. */
  environment: NodeJS.ProcessEnv;
  /** Gateway, subgraphs, queue, database, in this order. `atOnce` kills the services: nothing is lost, the next start recovers. */
  stop: (how?: { atOnce: boolean }) => Promise<void>;
};

/**
 * Starts the whole system: database, queue, migrations, one process per service. Resolves when each service was ready once or was
 * given up (see `down`). When it rejects, or `signal` is aborted on the way, everything that was started is stopped again.
 */
export const startAgora = async (options: AgoraOptions): Promise<Agora> => {
  const {
    env = process.env,
    root = path.resolve(import.meta.dirname, '..'),
    onLine = () => undefined,
    signal,
  } = options;
  const folder = path.resolve(options.dataDir);
  const report = (sentence: string): void => onLine('launcher', sentence);
  const undo: (() => unknown)[] = [];
  // Requests of this process to its services, such as readiness checks, go past proxies too.
  Object.assign(process.env, pastProxies(process.env));
  try {
    const unlock = await lockFolder(folder);
    undo.push(unlock);
    const processes = processList(folder);
    const leftovers = await processes.endLeftovers();
    if (leftovers.length > 0) report(`Ended what a killed launcher had left running: ${leftovers.join(', ')}.`);
    const ports = options.ports === 'free' ? await freePorts() : choosePorts(env, options.ports);
    const started = servicesFor(env).map(({ name }) => name);
    await requireFree(ports, options.host ?? '127.0.0.1', started);

    for (const file of await closeDataSecrets(folder))
      report(
        `${file} could be read by others; only its owner can now. Rotate what is in it if that matters (npm run keys).`,
      );
    const [secrets, variables] = await Promise.all([loadSecrets(folder), loadVariables()]);
    const infrastructure = await startInfrastructure({
      folder,
      root,
      env,
      requested: options.events,
      secrets,
      processes,
      services: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`])),
      report,
      signal,
    });
    undo.push(infrastructure.stop);
    signal?.throwIfAborted();

    const facts: Facts = {
      env,
      ports,
      secrets,
      databaseUrls: infrastructure.databaseUrls,
      events: infrastructure.variables,
      dataDir: folder,
      variables,
      host: options.host,
    };
    const services = startServices({ facts, root, processes, onLine, comesBack: options.comesBack ?? true });
    undo.push(() => services.stop({ atOnce: true }));
    const notReady = await services.allReady(signal);
    const giveUpFolder = async (): Promise<void> => {
      processes.clear();
      await unlock();
    };
    return running({ facts, services, notReady, infrastructure, giveUpFolder });
  } catch (fault) {
    await unwind(undo);
    throw fault;
  }
};

const unwind = async (undo: (() => unknown)[]): Promise<void> => {
  for (const step of undo.toReversed()) await step();
};

const running = (parts: {
  facts: Facts;
  services: Services;
  notReady: ServiceName[];
  infrastructure: Infrastructure;
  giveUpFolder: () => Promise<void>;
}): Agora => {
  const { facts, services, notReady, infrastructure, giveUpFolder } = parts;
  let stopped: Promise<void> | undefined;
  return {
    ...services,
    notReady,
    databaseUrls: facts.databaseUrls,
    postgres: infrastructure.postgres,
    redis: infrastructure.redis,
    events: infrastructure.kind,
    environment: operatorEnvironment(facts),
    stop: async (how = { atOnce: false }) => {
      const servicesGone = services.stop(how);
      stopped ??= servicesGone.then(infrastructure.stop).then(giveUpFolder);
      await Promise.all([servicesGone, stopped]);
    },
  };
};
