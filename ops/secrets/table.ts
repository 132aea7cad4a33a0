/** The secrets of a deployment and who gets which. Names are those of variables: here, in `.env` and of the files. */
import type { ServiceDescriptor } from '#platform/service/descriptor.ts';
import { outsiders, services, subgraphs, variableOf } from '../services.ts';
import { randomPassword, serviceSecrets, verifyKeysOf } from './make.ts';

/** A pooler is for what has load: an outside system that we play has none. */
const addressesOf = ({ name, kind }: ServiceDescriptor): string[] =>
  ['DATABASE_URL', ...(kind === 'outside' ? [] : ['DATABASE_DIRECT_URL'])].map((what) => variableOf(name, what));

export type Secrets = Readonly<Record<string, string>>;

/** Whoever has a database. */
const owners: readonly ServiceDescriptor[] = [...subgraphs.filter(({ database }) => database), ...outsiders];

const databasePasswords = owners.flatMap(({ name }) =>
  ['DATABASE_PASSWORD', 'DATABASE_SUPERUSER_PASSWORD', 'DATABASE_AUDITOR_PASSWORD'].map((what) =>
    variableOf(name, what),
  ),
);

const madeForServices = Object.entries(serviceSecrets).flatMap(([name, make]) => (make ? [[name, make] as const] : []));

/** Generated unless given. */
export const makers: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(databasePasswords.map((name) => [name, randomPassword])),
  REDIS_PASSWORD: randomPassword,
  ...Object.fromEntries(madeForServices),
  GRAFANA_ADMIN_PASSWORD: randomPassword,
};

/** The edge's certificate and its key; given together or not at all. */
export const certificateNames = { cert: 'EDGE_CERTIFICATE', key: 'EDGE_CERTIFICATE_KEY' } as const;

/** Left out unless given: there is a default, or no need. */
export const optionalNames: readonly string[] = [
  // The operator's own servers instead of the deployment's.
  ...owners.flatMap(addressesOf),
  'REDIS_URL',
  ...Object.keys(serviceSecrets).filter((name) => !(name in makers)),
];

export const knownNames: readonly string[] = [
  ...Object.keys(makers),
  ...Object.values(certificateNames),
  ...optionalNames,
];

/** The contents of each folder. An empty file stands for an unset variable. */
export const filesOf = (secrets: Secrets): Readonly<Record<string, Secrets>> => {
  const of = (name: string): string => secrets[name] ?? '';
  const some = (names: readonly string[]): Secrets => Object.fromEntries(names.map((name) => [name, of(name)]));
  const REDIS_URL = of('REDIS_URL') || `redis://:${encodeURIComponent(of('REDIS_PASSWORD'))}@redis:6379`;
  const VIEWER_VERIFY_KEYS = verifyKeysOf(of('VIEWER_SIGNING_KEY'));
  const forEach = (files: (owner: ServiceDescriptor) => Secrets): Secrets => Object.assign({}, ...owners.map(files));

  return {
    ...Object.fromEntries(
      services.map((service) => [
        service.name,
        {
          ...(owners.includes(service) && own(service, secrets)),
          ...(service.kind === 'subgraph' && { VIEWER_VERIFY_KEYS }),
          ...some(secretsSeenBy(service)),
          ...(service.kind !== 'outside' && { REDIS_URL }),
        },
      ]),
    ),
    auditor: forEach((owner) => ({ [variableOf(owner.name, 'DATABASE_URL')]: auditorUrl(owner, secrets) })),
    operator: { ...forEach((owner) => own(owner, secrets)), REDIS_URL },
    ...Object.fromEntries(owners.map((owner) => [`postgres-${owner.name}`, serverFiles(owner, secrets)])),
    redis: {
      PASSWORD: of('REDIS_PASSWORD'),
      'password.conf': `requirepass ${JSON.stringify(of('REDIS_PASSWORD'))}\n`,
    },
    grafana: some(['GRAFANA_ADMIN_PASSWORD']),
    edge: some(Object.values(certificateNames)),
  };
};

/** Its own, and those that it shares with the outside system that it calls. */
const secretsSeenBy = ({ name, secrets = {} }: ServiceDescriptor): string[] => [
  ...Object.keys(secrets),
  ...outsiders.filter(({ client }) => client === name).flatMap((outsider) => Object.keys(outsider.secrets ?? {})),
];

const own = (owner: ServiceDescriptor, secrets: Secrets): Secrets => ({
  ...Object.fromEntries(addressesOf(owner).map((name) => [name, secrets[name] ?? ''])),
  [variableOf(owner.name, 'DATABASE_URL')]: databaseUrl(owner.name, secrets, {
    role: owner.name,
    password: 'DATABASE_PASSWORD',
  }),
});

/** On the operator's own server the auditor logs in as the service does: there is no auditor role. */
const auditorUrl = ({ name }: ServiceDescriptor, secrets: Secrets): string =>
  databaseUrl(name, secrets, { role: 'auditor', password: 'DATABASE_AUDITOR_PASSWORD' });

const databaseUrl = (name: string, secrets: Secrets, { role, password }: { role: string; password: string }): string =>
  secrets[variableOf(name, 'DATABASE_URL')] ||
  `postgresql://${role}:${encodeURIComponent(secrets[variableOf(name, password)] ?? '')}@postgres-${name}:5432/${name}`;

const serverFiles = ({ name }: ServiceDescriptor, secrets: Secrets): Secrets => ({
  SUPERUSER_PASSWORD: secrets[variableOf(name, 'DATABASE_SUPERUSER_PASSWORD')] ?? '',
  OWNER_PASSWORD: secrets[variableOf(name, 'DATABASE_PASSWORD')] ?? '',
  AUDITOR_PASSWORD: secrets[variableOf(name, 'DATABASE_AUDITOR_PASSWORD')] ?? '',
});
