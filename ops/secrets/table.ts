/**
 * The secrets of a deployment by name, and which service gets which. A name is that of a variable, here, in `.env` and as
 * the name of a file.
 */
import { type SubgraphName, subgraphNames } from '../services.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { publicPart, randomPassword, signingKey } from './make.ts';

export type Secrets = Readonly<Record<string, string>>;

const upper = (name: SubgraphName): string => name.toUpperCase();

const databasePasswords = subgraphNames.flatMap((name) =>
  ['DATABASE_PASSWORD', 'DATABASE_SUPERUSER_PASSWORD', 'DATABASE_AUDITOR_PASSWORD'].map(
    (what) => `${upper(name)}_${what}`,
  ),
);

/** What is made up when nobody gives it. */
export const makers: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(databasePasswords.map((name) => [name, randomPassword])),
  REDIS_PASSWORD: randomPassword,
  ACCESS_TOKEN_KEYS: () => JSON.stringify({ keys: [signingKey()] }),
  VIEWER_SIGNING_KEY: () => JSON.stringify(signingKey()),
  SIMULATOR_WEBHOOK_SECRET: randomPassword,
  GRAFANA_ADMIN_PASSWORD: randomPassword,
};

/** The edge's certificate and its key: two halves of one secret. */
export const certificateNames = { cert: 'EDGE_CERTIFICATE', key: 'EDGE_CERTIFICATE_KEY' } as const;
export const certificateOf = (hosts: readonly string[]): Promise<Certificate> => makeCertificate(hosts);

const databaseAddresses = subgraphNames.flatMap((name) => [
  `${upper(name)}_DATABASE_URL`,
  `${upper(name)}_DATABASE_DIRECT_URL`,
]);

/** What is left out when nobody gives it: there is a default, or no need. */
export const optionalNames = [
  // Servers of one's own instead of the deployment's.
  ...databaseAddresses,
  'PRODUCT_DATABASE_REPLICA_URL',
  'REDIS_URL',
  'SUPERGRAPH_URL_TOKEN',
] as const;

export const knownNames: readonly string[] = [
  ...Object.keys(makers),
  ...Object.values(certificateNames),
  ...optionalNames,
];

/** The folders that are filled, and what each has. A file that is empty stands for a variable that is not set. */
export const filesOf = (secrets: Secrets): Readonly<Record<string, Secrets>> => {
  const of = (name: string): string => secrets[name] ?? '';
  const some = (...names: string[]): Secrets => Object.fromEntries(names.map((name) => [name, of(name)]));
  const REDIS_URL = of('REDIS_URL') || `redis://:${encodeURIComponent(of('REDIS_PASSWORD'))}@redis:6379`;
  const VIEWER_VERIFY_KEYS = JSON.stringify({ keys: [publicPart(JSON.parse(of('VIEWER_SIGNING_KEY')))] });
  const forEach = (files: (name: SubgraphName) => Secrets): Secrets =>
    Object.assign({}, ...subgraphNames.map((name) => files(name)));

  return {
    gateway: { ...some('VIEWER_SIGNING_KEY', 'SUPERGRAPH_URL_TOKEN'), REDIS_URL },
    user: { ...own('user', secrets), ...some('ACCESS_TOKEN_KEYS'), REDIS_URL, VIEWER_VERIFY_KEYS },
    product: { ...own('product', secrets), ...some('PRODUCT_DATABASE_REPLICA_URL'), REDIS_URL, VIEWER_VERIFY_KEYS },
    order: { ...own('order', secrets), REDIS_URL, VIEWER_VERIFY_KEYS },
    payment: { ...own('payment', secrets), ...some('SIMULATOR_WEBHOOK_SECRET'), REDIS_URL, VIEWER_VERIFY_KEYS },
    auditor: forEach((name) => ({ [`${upper(name)}_DATABASE_URL`]: auditorUrl(name, secrets) })),
    operator: { ...forEach((name) => own(name, secrets)), REDIS_URL },
    ...Object.fromEntries(subgraphNames.map((name) => [`postgres-${name}`, serverFiles(name, secrets)])),
    redis: {
      PASSWORD: of('REDIS_PASSWORD'),
      'password.conf': `requirepass ${JSON.stringify(of('REDIS_PASSWORD'))}\n`,
    },
    grafana: some('GRAFANA_ADMIN_PASSWORD'),
    edge: some(...Object.values(certificateNames)),
  };
};

const ownUrl = (name: SubgraphName, secrets: Secrets): string =>
  secrets[`${upper(name)}_DATABASE_URL`] || databaseUrl(name, name, secrets[`${upper(name)}_DATABASE_PASSWORD`]);

const own = (name: SubgraphName, secrets: Secrets): Secrets => ({
  [`${upper(name)}_DATABASE_URL`]: ownUrl(name, secrets),
  [`${upper(name)}_DATABASE_DIRECT_URL`]: secrets[`${upper(name)}_DATABASE_DIRECT_URL`] ?? '',
});

/** Into a server of one's own the auditor goes the way the service goes: we made no role there. */
const auditorUrl = (name: SubgraphName, secrets: Secrets): string =>
  secrets[`${upper(name)}_DATABASE_URL`] ||
  databaseUrl(name, 'auditor', secrets[`${upper(name)}_DATABASE_AUDITOR_PASSWORD`]);

const databaseUrl = (name: SubgraphName, role: string, password = ''): string =>
  `postgresql://${role}:${encodeURIComponent(password)}@postgres-${name}:5432/${name}`;

const serverFiles = (name: SubgraphName, secrets: Secrets): Secrets => ({
  SUPERUSER_PASSWORD: secrets[`${upper(name)}_DATABASE_SUPERUSER_PASSWORD`] ?? '',
  OWNER_PASSWORD: secrets[`${upper(name)}_DATABASE_PASSWORD`] ?? '',
  AUDITOR_PASSWORD: secrets[`${upper(name)}_DATABASE_AUDITOR_PASSWORD`] ?? '',
});
