import { styleText } from 'node:util';
import { subgraphNames } from '../../contracts/services.ts';
import { demoUsers } from '../../subgraphs/user/usecases/seed-users.ts';
import type { Agora } from './agora.ts';

const eventTransports: Record<Agora['events'], (agora: Pick<Agora, 'redis'>) => string> = {
  'given redis': () => 'BullMQ on the Redis of REDIS_URL',
  'given postgres': () => 'BullMQ on the PostgreSQL of EVENTS_DATABASE_URL',
  'private redis': ({ redis }) => `BullMQ on a private Redis, port ${redis?.port}`,
  'embedded postgres': () => 'BullMQ on PostgreSQL (embedded; for Redis install redis-server or set REDIS_URL)',
};

const row = ({ email, password, roles }: (typeof demoUsers)[number]): [string, string] => [
  `As ${(roles.at(-1) ?? 'nobody').toLowerCase()}`,
  `${email}  password ${password}`,
];

type Facts = Pick<Agora, 'urls' | 'events' | 'redis' | 'postgres' | 'notReady'> & {
  seeded: boolean;
  seconds: number;
};

/** What somebody wants to know who has just started it: where it is, and what it stands on. */
export const summary = ({ urls, events, redis, postgres, notReady, seeded, seconds }: Facts): string => {
  const rows: [string, string][] = [
    ['Graph', `${urls.gateway}/graphql  (open it in a browser to try queries)`],
    ['Subgraphs', subgraphNames.map((name) => `${name} :${new URL(urls[name]).port}`).join('  ')],
    ['Health', `${urls.gateway}/health/ready  and /metrics, of each process`],
    ...(seeded ? demoUsers.map(row) : []),
    [
      'Databases',
      postgres
        ? `embedded PostgreSQL, port ${postgres.port}, data in ${postgres.folder}`
        : 'as given by *_DATABASE_URL',
    ],
    ['Events', eventTransports[events]({ redis })],
    ['Stop', 'Ctrl-C'],
  ];
  const headline =
    notReady.length === 0
      ? `Agora is ready (${seconds.toFixed(1)} s)`
      : `Agora runs without ${notReady.join(', ')}: see above`;
  const title = styleText(['bold', notReady.length === 0 ? 'green' : 'red'], headline);
  return [title, ...rows.map(([name, value]) => `  ${styleText('bold', name.padEnd(11))} ${value}`)].join('\n');
};
