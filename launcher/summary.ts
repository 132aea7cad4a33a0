import { styleText } from 'node:util';
import { z } from 'zod';
import { type Exposure, exposure, exposureVariables } from '#gateway/graphql/variables.ts';
import { isChosen, outsiders, subgraphNames } from '#ops/services.ts';
import { type Profile, parseConfig, profileVariables } from '#platform/config/config.ts';
import { demoUsers } from '#subgraphs/user/usecases/account/seed-users.ts';
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

/** Where the gateway does not take the environment, it shows nothing. */
const exposureOf = (environment: NodeJS.ProcessEnv): Exposure & { profile: Profile | undefined } => {
  const parsed = parseConfig(z.object({ ...profileVariables, ...exposureVariables }), environment);
  return 'config' in parsed
    ? { ...exposure(parsed.config), profile: parsed.config.PROFILE }
    : { isDevelopment: false, playground: false, introspection: false, errorDetail: false, profile: undefined };
};

const productionMeans = ({ playground, introspection, errorDetail }: Exposure): string => {
  const hidden = { playground, introspection, 'details of errors': errorDetail };
  const kept = Object.entries(hidden).flatMap(([what, isShown]) => (isShown ? [] : [`no ${what}`]));
  return ['production', ...kept].join(', ');
};

/** The outside systems that this machine plays itself: a payment provider. */
const whoMovesMoney = (urls: Agora['urls'], environment: NodeJS.ProcessEnv): string =>
  outsiders
    .filter((outsider) => isChosen(outsider, environment))
    .map(({ name }) => `${name} :${new URL(urls[name]).port}  (moves no money)`)
    .join('  ') || `${environment.PAYMENT_PROVIDER ?? 'nobody'}`;

type Facts = Pick<Agora, 'urls' | 'events' | 'redis' | 'postgres' | 'notReady' | 'environment'> & {
  /** Why there are no demo accounts, when they may not be there. */
  noDemoData: string | undefined;
  seeded: boolean;
  seconds: number;
};

/** What to print after a start: the URLs, and the infrastructure in use. */
export const summary = (facts: Facts): string => {
  const { urls, events, redis, postgres, notReady, environment, noDemoData, seeded, seconds } = facts;
  const exposed = exposureOf(environment);
  // The default of the user subgraph.
  const verification = environment.EMAIL_VERIFICATION || (exposed.profile === 'development' ? 'optional' : 'required');
  const rows: [string, string][] = [
    [
      'Graph',
      `${urls.gateway}/graphql  (${exposed.playground ? 'open it in a browser to try queries' : 'POST; no playground'})`,
    ],
    ['Subgraphs', subgraphNames.map((name) => `${name} :${new URL(urls[name]).port}`).join('  ')],
    ['Payments', whoMovesMoney(urls, environment)],
    ['Health', `${urls.gateway}/health/ready  and /metrics, of each process`],
    ...(exposed.profile === 'production' ? [['Profile', productionMeans(exposed)] satisfies [string, string]] : []),
    ...(seeded ? demoUsers.map(row) : []),
    ...(noDemoData ? [['Demo data', `none put in: ${noDemoData}`] satisfies [string, string]] : []),
    [
      'Databases',
      postgres
        ? `embedded PostgreSQL, port ${postgres.port}, data in ${postgres.folder}`
        : 'as given by *_DATABASE_URL',
    ],
    ['Events', eventTransports[events]({ redis })],
    [
      'Mail',
      environment.SMTP_URL || environment.SMTP_URL_FILE ? 'sent over SMTP_URL' : `files in ${environment.MAILBOX_DIR}`,
    ],
    ...(verification === 'optional'
      ? [
          ['Accounts', 'sign in without a mail; EMAIL_VERIFICATION=required asks for one first'] satisfies [
            string,
            string,
          ],
        ]
      : []),
    ['Stop', 'Ctrl-C'],
  ];
  const headline =
    notReady.length === 0
      ? `Agora is ready (${seconds.toFixed(1)} s)`
      : `Agora runs without ${notReady.join(', ')}: see above`;
  const title = styleText(['bold', notReady.length === 0 ? 'green' : 'red'], headline);
  return [title, ...rows.map(([name, value]) => `  ${styleText('bold', name.padEnd(11))} ${value}`)].join('\n');
};
