import { publicPart } from '#ops/secrets/make.ts';
import { type ServiceName, type SubgraphName, serviceNames, subgraphNames } from '#ops/services.ts';
import { type Ports, portVariable } from './free-ports.ts';
import type { Secrets } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the processes of one Agora are told, beside what each variable of our own environment says already. */
export type Facts = {
  env: Environment;
  ports: Ports;
  secrets: Secrets;
  databaseUrls: Record<SubgraphName, string>;
  events: { REDIS_URL: string } | { EVENTS_DATABASE_URL: string };
  /** Where the gateway listens, when not on this machine alone. The others always do: they are for the gateway. */
  host?: string | undefined;
};

/**
 * Our services read these, but in a developer's shell they are somebody else's: conda's HOST, a platform's PORT, psql's PG*,
 * where Compose publishes its ports. Each has a way to be said for us: --host, GATEWAY_PORT and the like, the address of a
 * database.
 */
const isForOthers = (name: string): boolean =>
  ['HOST', 'PORT', 'ROLE', 'GATEWAY_ADDRESS', 'EDGE_ADDRESS'].includes(name) || /^PG[A-Z_]+$/.test(name);

/** What our processes ask each other on this machine goes past a proxy that is meant for the world (NODE_USE_ENV_PROXY). */
export const pastProxies = (env: Environment): Record<string, string> => {
  const given = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').filter(Boolean);
  const direct = [...new Set([...given, '127.0.0.1', 'localhost', '::1'])].join(',');
  // Whichever of the two a library prefers.
  return { NO_PROXY: direct, no_proxy: direct };
};

/** Who may know what. A variable that is not listed is nobody's secret and goes to all. */
const receivers: Record<string, readonly ServiceName[]> = {
  USER_DATABASE_URL: ['user'],
  PRODUCT_DATABASE_URL: ['product'],
  ORDER_DATABASE_URL: ['order'],
  PAYMENT_DATABASE_URL: ['payment'],
  ACCESS_TOKEN_KEYS: ['user'],
  VIEWER_SIGNING_KEY: ['gateway'],
  SUPERGRAPH_URL_TOKEN: ['gateway'],
  STRIPE_SECRET_KEY: ['payment'],
  STRIPE_WEBHOOK_SECRET: ['payment'],
};

/** Everything, for operators' tools: seed, audit, demo. */
export const operatorEnvironment = (facts: Facts): NodeJS.ProcessEnv => {
  const { env, ports, secrets, databaseUrls, events } = facts;
  const local = (service: ServiceName): string => `http://127.0.0.1:${ports[service]}`;
  const ours: Record<string, string> = {
    ...Object.fromEntries(serviceNames.map((service) => [portVariable(service), String(ports[service])])),
    ...Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, databaseUrls[name]])),
    ...Object.fromEntries(
      subgraphNames.map((name) => [`${name.toUpperCase()}_SUBGRAPH_URL`, `${local(name)}/graphql`]),
    ),
    ...events,
    PROFILE: 'development',
    ACCESS_TOKEN_KEYS: JSON.stringify(secrets.accessTokenKeys),
    ACCESS_TOKEN_JWKS_URL: `${local('user')}/.well-known/jwks.json`,
    VIEWER_SIGNING_KEY: JSON.stringify(secrets.viewerSigningKey),
    VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [publicPart(secrets.viewerSigningKey)] }),
  };
  const given = Object.entries(env).filter(([name]) => !isForOthers(name));
  const missing = Object.entries(ours).filter(([name]) => !env[name] && !env[`${name}_FILE`]);
  return { ...Object.fromEntries(given), ...Object.fromEntries(missing), ...pastProxies(env) };
};

/** The same without the secrets of others: a service that is broken into gives away its own. */
export const serviceEnvironment = (facts: Facts, service: ServiceName): NodeJS.ProcessEnv => {
  const isMine = (variable: string): boolean => receivers[variable.replace(/_FILE$/, '')]?.includes(service) ?? true;
  const mine = Object.entries(operatorEnvironment(facts)).filter(([variable]) => isMine(variable));
  return { ...Object.fromEntries(mine), ...(service === 'gateway' && facts.host && { HOST: facts.host }) };
};
