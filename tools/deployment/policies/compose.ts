/** What docker-compose.yml promises, after any edit: secrets, reachability, hardening. */
import { knownNames } from '#ops/secrets/table.ts';
import { services as allServices, outsiders, subgraphs } from '#ops/services.ts';
import { processVariables } from '#platform/config/config.ts';
import { type ComposeFacts, type ComposeService, composeFile, type Texts } from '../compose.ts';
import { unreadNames } from '../variables.ts';
import { hasPassword, type Policy } from './policy.ts';

interface Facts extends ComposeFacts {
  readonly texts: Texts;
}

// The public half of the gateway's key is kept apart as well: replacing it would let an attacker act as any viewer.
const secretNames = new Set([...knownNames, 'VIEWER_VERIFY_KEYS']);

/** Services that a policy does not hold for, and why. */
const exemptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  secrets: {
    'read_only: true': 'the secrets that .env gives are put into its container as a file',
    'a user other than root': 'volumes belong to root',
  },
  operator: {
    'a user other than root': './backups belongs to the user who created it on this machine',
    'a restart policy': 'an operator starts it and sees how it ends',
    mem_limit: 'an operator starts it, for as much work as there is',
  },
  collector: { 'a health check': 'its image has no shell and no program to ask with' },
};

const lacking = (what: string, holds: (service: ComposeService) => boolean) => (facts: Facts) =>
  facts.services
    .filter((service) => !holds(service) && !(what in (exemptions[service.name] ?? {})))
    .map(({ name }) => `${composeFile}: ${name} must have ${what}`);

const isOurs = ({ image = '' }: ComposeService): boolean => /^agora(-|$)/.test(image);
const staysUp = ({ restart = 'no' }: ComposeService): boolean => !/^(no|on-failure)/.test(restart);

const runsToCompletion = ({ name }: ComposeService): boolean => /^(secrets$|migrate-|seed-)/.test(name);

const deadlineMs = processVariables.SHUTDOWN_DEADLINE_MS.parse(undefined);
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Of `1m30s`. */
const milliseconds = (duration: string): number =>
  [...duration.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );

export const composePolicies: readonly Policy<Facts>[] = [
  {
    name: 'no secret as a plain value',
    violations: ({ services, texts }) => [
      ...services.flatMap(({ name, environment }) =>
        Object.entries(environment)
          .filter(([variable, value]) => secretNames.has(variable) || hasPassword(String(value)))
          .map(([variable]) => `${composeFile}: ${name} has ${variable} in its environment; it must be a file`),
      ),
      ...Object.entries(texts).flatMap(([file, text]) =>
        [...text.replace(/^configs:$.*/ms, '').matchAll(/\$\{?(\w+)/g)]
          .filter(([, variable = '']) => secretNames.has(variable))
          .map(([, variable]) => `${file}: $${variable} is interpolated where docker inspect shows it`),
      ),
    ],
  },
  {
    name: 'not reachable from outside',
    violations: ({ services, networks }) => [
      ...Object.entries(networks)
        .filter(([name, network]) => !['public', 'outbound'].includes(name) && !network?.internal)
        .map(([name]) => `${composeFile}: the network ${name} leads out of this machine`),
      ...services.flatMap((service) => {
        const { name, network_mode: mode } = service;
        return [
          // A service that names no network joins the default one, which leads out.
          ...(service.networks.length === 0 && mode !== 'none' ? [`${composeFile}: ${name} names no network`] : []),
          ...(service.networks.includes('outbound') && !callsOut(service)
            ? [`${composeFile}: ${name} is on outbound`]
            : []),
          ...(service.networks.includes('public') && !isEntry(service) ? [`${composeFile}: ${name} is on public`] : []),
          ...service.ports
            .filter((port) => !isEntry(service) || !port.startsWith('127.0.0.1:'))
            .map((port) => `${composeFile}: ${name} publishes ${port}`),
        ];
      }),
    ],
  },
  {
    name: 'a database of its own',
    violations: ({ services }) =>
      allServices.flatMap((of) => {
        const { name } = of;
        const workers = of.kind === 'subgraph' ? [`seed-${name}`, of.worker] : [];
        const owners = [`postgres-${name}`, `migrate-${name}`, name, ...workers];
        return services
          .filter(({ networks }) => networks.includes(`${name}-database`))
          .filter((service) => !owners.includes(service.name) && !isInspector(service))
          .map((service) => `${composeFile}: ${service.name} can reach the database of ${name}`);
      }),
  },
  {
    name: 'an outside system is reached by its client alone',
    violations: ({ services }) =>
      outsiders.flatMap(({ name, client }) => {
        const callers = [
          name,
          ...subgraphs.flatMap((of) => (of.name === client ? [client, of.worker] : [])),
          'prometheus',
        ];
        const own = [name, `${name}-database`];
        return services.flatMap((service) => [
          ...(service.networks.includes(name) && !callers.includes(service.name)
            ? [`${composeFile}: ${service.name} can reach ${name}`]
            : []),
          ...(service.name === name
            ? service.networks
                .filter((network) => !own.includes(network))
                .map((network) => `${composeFile}: ${name} is on ${network} as well`)
            : []),
        ]);
      }),
  },
  {
    name: 'hardened',
    violations: (facts) => [
      ...lacking('read_only: true', ({ read_only: isReadOnly }) => isReadOnly)(facts),
      ...lacking('cap_drop: [ALL]', ({ cap_drop: dropped }) => dropped.includes('ALL'))(facts),
      ...lacking('no-new-privileges', (service) => service.security_opt.includes('no-new-privileges:true'))(facts),
      ...lacking('a user other than root', ({ user = '' }) => !/^(0|root)(:|$)/.test(user))(facts),
    ],
  },
  {
    name: 'variables that are read',
    violations: (facts) =>
      facts.services.flatMap(({ name, environment }) =>
        unreadNames(name, Object.keys(environment)).map(
          (variable) => `${composeFile}: ${name} has ${variable}, which it does not read`,
        ),
      ),
  },
  {
    name: 'only what needs Redis reaches it',
    violations: (facts) =>
      facts.services
        .filter((service) => service.networks.includes('messaging') && !needsRedis(service))
        .map(({ name }) => `${composeFile}: ${name} can reach Redis`),
  },
  {
    name: 'restarts',
    violations: lacking('a restart policy', (of) => staysUp(of) || (runsToCompletion(of) && of.restart !== undefined)),
  },
  {
    name: 'time to shut down',
    violations: lacking(
      `a stop_grace_period above SHUTDOWN_DEADLINE_MS (${deadlineMs})`,
      (of) => !isOurs(of) || !staysUp(of) || milliseconds(of.stop_grace_period) > deadlineMs,
    ),
  },
  // Our image has one.
  {
    name: 'health checks',
    violations: lacking('a health check', (of) => !staysUp(of) || isOurs(of) || !!of.healthcheck),
  },
  { name: 'memory limits', violations: lacking('mem_limit', ({ mem_limit: limit }) => limit !== undefined) },
  {
    name: 'pinned images',
    violations: lacking('an image with a version', (of) => isOurs(of) || /:(?!latest$)[\w.-]+$/.test(of.image ?? '')),
  },
];

/** An API role writes to its outbox; the worker carries messages from there to Redis. */
const needsRedis = (service: ComposeService): boolean =>
  [
    'redis',
    ...allServices.flatMap((of) => (of.kind === 'outside' ? [] : of.kind === 'subgraph' ? of.worker : of.name)),
  ].includes(service.name) || isInspector(service);

/** Doors: gateway, edge, and Grafana, which are published on this machine alone unless .env says otherwise. */
const callsOut = ({ name }: ComposeService): boolean =>
  subgraphs.some(
    ({ name: api, worker, outbound }) => outbound && (worker === name || (outbound.roles === 'both' && api === name)),
  );
const isEntry = ({ name }: ComposeService): boolean => ['gateway', 'edge', 'grafana'].includes(name);

/** They look at all databases, and run only where their profile is asked for. */
const isInspector = ({ name, profiles }: ComposeService): boolean =>
  ['auditor', 'operator'].includes(name) && profiles.length > 0;
