import { readFileSync } from 'node:fs';
import type { SubgraphName } from '../../contracts/services.ts';
import { migrateBus } from '../../platform/bus/create-bus.ts';
import { migrateAll, openDatabases } from './databases.ts';
import type { Facts } from './environment.ts';
import {
  chooseEvents,
  type EventsKind,
  isRedisInstalled,
  lastTransport,
  type OwnTransport,
  rememberTransport,
} from './events.ts';
import type { ProcessList } from './leftovers.ts';
import type { OwnPostgres } from './own-postgres.ts';
import { type PrivateRedis, startPrivateRedis } from './redis.ts';
import type { Secrets } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the services stand on: migrated databases and something that carries the events. */
export type Infrastructure = {
  databaseUrls: Record<SubgraphName, string>;
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
  wish: OwnTransport | undefined;
  secrets: Secrets;
  processes: ProcessList;
  say: (sentence: string) => void;
}): Promise<Infrastructure> => {
  const { folder, root, env, wish, secrets, processes, say } = options;
  const choice = chooseEvents({ env, wish, lastTime: await lastTransport(folder), hasRedis: isRedisInstalled() });
  if (choice.notice) say(choice.notice);
  const withEvents = choice.kind === 'embedded postgres';
  const { urls, eventsUrl, server } = await openDatabases({ folder, env, secrets, withEvents, onNotice: say });
  let redis: PrivateRedis | undefined;
  const stop = async (): Promise<void> => {
    await redis?.stop();
    await server?.stop();
  };
  try {
    const applied = await migrateAll(root, urls, env);
    if (applied.length > 0) say(`Applied migrations: ${applied.join(', ')}`);
    if (choice.kind === 'private redis') {
      redis = await startPrivateRedis({
        folder,
        password: secrets.redisPassword,
        processes,
        onNotice: (line) => say(`Redis ${line}`),
      });
    }
    const variables = variablesFor(choice.kind, env, { eventsUrl, redisUrl: redis?.url });
    // Before any worker: on an unmigrated database workers spin.
    if ('EVENTS_DATABASE_URL' in variables) await migrateBus(variables.EVENTS_DATABASE_URL);
    if (choice.kind === 'private redis') await rememberTransport(folder, 'redis');
    if (choice.kind === 'embedded postgres') await rememberTransport(folder, 'postgres');
    return { databaseUrls: urls, postgres: server, redis, kind: choice.kind, variables, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
};

type OwnUrls = { eventsUrl: string | undefined; redisUrl: string | undefined };

const variablesFor = (kind: EventsKind, env: Environment, { eventsUrl, redisUrl }: OwnUrls): Facts['events'] => {
  const variables = {
    'given redis': () => ({ REDIS_URL: given(env, 'REDIS_URL') }),
    'given postgres': () => ({ EVENTS_DATABASE_URL: given(env, 'EVENTS_DATABASE_URL') }),
    'private redis': () => ({ REDIS_URL: redisUrl ?? '' }),
    'embedded postgres': () => ({ EVENTS_DATABASE_URL: eventsUrl ?? '' }),
  } satisfies Record<EventsKind, () => Facts['events']>;
  return variables[kind]();
};

const given = (env: Environment, variable: string): string => {
  const file = env[`${variable}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : (env[variable] ?? '');
};
