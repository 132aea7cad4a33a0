import { z } from 'zod';
import { type DatabaseUrls, noteAddresses } from '#ops/addresses.ts';
import type { AnyDatabaseName } from '#ops/services.ts';
import { type EventsConfig, eventsVariables, parseConfig } from '#platform/config/config.ts';
import { migrateBus } from '#platform/messaging/bus/create-bus.ts';
import type { Facts } from './environment.ts';
import {
  chooseEvents,
  type EventsKind,
  isRedisInstalled,
  lastTransport,
  type OwnTransport,
  rememberTransport,
} from './events.ts';
import { migrateAll, openDatabases } from './postgres/databases.ts';
import type { OwnPostgres } from './postgres/own-postgres.ts';
import type { ProcessList } from './processes/leftovers.ts';
import { type PrivateRedis, startPrivateRedis } from './redis.ts';
import type { Secrets } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the services stand on: migrated databases and something that carries the events. */
export type Infrastructure = {
  databaseUrls: DatabaseUrls;
  postgres: OwnPostgres | undefined;
  redis: PrivateRedis | undefined;
  kind: EventsKind;
  /** Where the services find the events. */
  variables: Facts['events'];
  stop: () => Promise<void>;
};

export const startInfrastructure = async (options: {
  folder: string;
  root: string;
  env: Environment;
  requested: OwnTransport | undefined;
  secrets: Secrets;
  processes: ProcessList;
  /** Where each service will listen, if any is to be started. */
  services?: Readonly<Record<string, string>>;
  report: (sentence: string) => void;
  /** Aborted: gives up. */
  signal?: AbortSignal | undefined;
}): Promise<Infrastructure> => {
  const { folder, root, env, requested, secrets, processes, services, report, signal } = options;
  const events = givenEvents(env);
  const choice = chooseEvents({ env, requested, lastTime: await lastTransport(folder), hasRedis: isRedisInstalled() });
  if (choice.notice) report(choice.notice);
  const withEvents = choice.kind === 'embedded postgres';
  const {
    urls,
    given: givenDatabases,
    eventsUrl,
    server,
  } = await openDatabases({ folder, env, secrets, withEvents, onNotice: report });
  let redis: PrivateRedis | undefined;
  const stop = async (): Promise<void> => {
    await redis?.stop();
    await server?.stop();
  };
  try {
    const applied = await migrateAll(root, { urls, given: givenDatabases }, { onNotice: report, signal });
    if (applied.length > 0) report(`Applied migrations: ${applied.join(', ')}`);
    if (choice.kind === 'private redis') {
      redis = await startPrivateRedis({
        folder,
        password: secrets.redisPassword,
        processes,
        onNotice: (line) => report(`Redis ${line}`),
      });
    }
    const variables = variablesFor(choice.kind, events, { eventsUrl, redisUrl: redis?.url });
    // Before any worker: on an unmigrated database workers spin.
    if ('EVENTS_DATABASE_URL' in variables) await migrateBus(variables.EVENTS_DATABASE_URL, signal);
    if (choice.kind === 'private redis') await rememberTransport(folder, 'redis');
    if (choice.kind === 'embedded postgres') await rememberTransport(folder, 'postgres');
    await noteAddresses(folder, {
      databases: Object.fromEntries(
        Object.entries(urls).filter(([name]) => !givenDatabases.has(name as AnyDatabaseName)),
      ),
      ...(services && { services }),
      queues: redis ? { REDIS_URL: redis.url } : eventsUrl ? { EVENTS_DATABASE_URL: eventsUrl } : undefined,
    });
    return { databaseUrls: urls, postgres: server, redis, kind: choice.kind, variables, stop };
  } catch (fault) {
    await stop();
    signal?.throwIfAborted();
    throw fault;
  }
};

type OwnUrls = { eventsUrl: string | undefined; redisUrl: string | undefined };

const variablesFor = (kind: EventsKind, given: EventsConfig, { eventsUrl, redisUrl }: OwnUrls): Facts['events'] => {
  const variables = {
    'given redis': () => ({ REDIS_URL: given.REDIS_URL ?? '' }),
    'given postgres': () => ({ EVENTS_DATABASE_URL: given.EVENTS_DATABASE_URL ?? '' }),
    'private redis': () => ({ REDIS_URL: redisUrl ?? '' }),
    'embedded postgres': () => ({ EVENTS_DATABASE_URL: eventsUrl ?? '' }),
  } satisfies Record<EventsKind, () => Facts['events']>;
  return variables[kind]();
};

/** Where the events are, when the environment says so. Throws everything that is wrong with it. */
const givenEvents = (env: Environment): EventsConfig => {
  const parsed = parseConfig(z.object(eventsVariables), env);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  return parsed.config;
};
