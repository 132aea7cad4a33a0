/** The secrets of a deployment and who gets which. Names are those of variables: here, in `.env` and of the files. */
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';
import { services, subgraphs, variableOf } from '../services.ts';
import { randomPassword, serviceSecrets, verifyKeysOf } from './make.ts';

export type Secrets = Readonly<Record<string, string>>;

const owners = subgraphs.filter(({ database }) => database);

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
  ...owners.flatMap(({ name }) => [variableOf(name, 'DATABASE_URL'), variableOf(name, 'DATABASE_DIRECT_URL')]),
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
  const forEach = (files: (owner: SubgraphDescriptor) => Secrets): Secrets => Object.assign({}, ...owners.map(files));

  return {
    ...Object.fromEntries(
      services.map((service) => [
        service.name,
        {
          ...(service.kind === 'subgraph' && { ...(service.database && own(service, secrets)), VIEWER_VERIFY_KEYS }),
          ...some(Object.keys(service.secrets ?? {})),
          REDIS_URL,
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

const own = ({ name }: SubgraphDescriptor, secrets: Secrets): Secrets => ({
  [variableOf(name, 'DATABASE_URL')]: databaseUrl(name, secrets, { role: name, password: 'DATABASE_PASSWORD' }),
  [variableOf(name, 'DATABASE_DIRECT_URL')]: secrets[variableOf(name, 'DATABASE_DIRECT_URL')] ?? '',
});

/** On the operator's own server the auditor logs in as the service does: there is no auditor role. */
const auditorUrl = ({ name }: SubgraphDescriptor, secrets: Secrets): string =>
  databaseUrl(name, secrets, { role: 'auditor', password: 'DATABASE_AUDITOR_PASSWORD' });

const databaseUrl = (name: string, secrets: Secrets, { role, password }: { role: string; password: string }): string =>
  secrets[variableOf(name, 'DATABASE_URL')] ||
  `postgresql://${role}:${encodeURIComponent(secrets[variableOf(name, password)] ?? '')}@postgres-${name}:5432/${name}`;

const serverFiles = ({ name }: SubgraphDescriptor, secrets: Secrets): Secrets => ({
  SUPERUSER_PASSWORD: secrets[variableOf(name, 'DATABASE_SUPERUSER_PASSWORD')] ?? '',
  OWNER_PASSWORD: secrets[variableOf(name, 'DATABASE_PASSWORD')] ?? '',
  AUDITOR_PASSWORD: secrets[variableOf(name, 'DATABASE_AUDITOR_PASSWORD')] ?? '',
});
