import path from 'node:path';
import type { z } from 'zod';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { rotatable, secretFile } from '#ops/secrets/data-folder.ts';
import { verifyKeysOf } from '#ops/secrets/make.ts';
import {
  folderOf,
  outsiders,
  type ServiceName,
  serviceNames,
  services,
  subgraphNames,
  subgraphs,
  variableOf,
} from '#ops/services.ts';
import { formerNames } from '#platform/config/config.ts';
import type { ServiceDescriptor } from '#platform/service/descriptor.ts';
import type { Ports } from './ports.ts';
import type { Secrets } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environments of one Agora's processes are made of. */
export type Facts = {
  env: Environment;
  ports: Ports;
  secrets: Secrets;
  databaseUrls: DatabaseUrls;
  events: { REDIS_URL: string } | { EVENTS_DATABASE_URL: string };
  /** Holds the folders that services write to. */
  dataDir: string;
  /** The variables that each service reads (`loadVariables`). */
  variables: ServiceVariables;
  /** Where the gateway listens, unless on this machine only. The others always do: only the gateway calls them. */
  host?: string | undefined;
};

export type ServiceVariables = Readonly<Record<ServiceName, readonly string[]>>;

/** The schema of the variables that a service of ours reads: `<name>Variables` in its config.ts. */
export const schemaOf = async (service: ServiceDescriptor): Promise<z.ZodObject> =>
  (await import(path.resolve(import.meta.dirname, '..', folderOf(service), 'config.ts')))[`${service.name}Variables`];

/** The names of the variables that each service reads: those of its schema, or of its descriptor's program. */
export const loadVariables = async (): Promise<ServiceVariables> => {
  const loaded = services.map(
    async (service): Promise<[string, readonly string[]]> => [
      service.name,
      service.program?.variables ?? Object.keys((await schemaOf(service)).shape),
    ],
  );
  return Object.fromEntries(await Promise.all(loaded)) as Record<ServiceName, readonly string[]>;
};

/**
 * Our services read these, but in a developer's shell they are meant for other programs: conda's HOST, a platform's PORT,
 * psql's PG*, the addresses Compose publishes ports on. Each can be set for us in another way: --host, GATEWAY_PORT and the
 * like, the URL of a database.
 */
const isForOthers = (name: string): boolean =>
  ['HOST', 'PORT', 'ROLE', 'GATEWAY_ADDRESS', 'EDGE_ADDRESS'].includes(name) || /^PG[A-Z_]+$/.test(name);

/** Read by Node, its libraries and the system: passed to every process. Of all others a process gets only its own. */
const systemVariables: readonly RegExp[] = [
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|TMPDIR|TZ|LANG|LANGUAGE|LC_\w+|FORCE_COLOR|NO_COLOR)$/,
  // By name, since tokens of npm and uv begin in the same way.
  /^NODE_(OPTIONS|ENV|PATH|DEBUG|DEBUG_NATIVE|NO_WARNINGS|V8_COVERAGE|(DISABLE_)?COMPILE_CACHE|ICU_DATA|PENDING_DEPRECATION)$/,
  /^NODE_(EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|USE_SYSTEM_CA|USE_ENV_PROXY|REDIRECT_WARNINGS)$/,
  /^(UV_THREADPOOL_SIZE|UV_USE_IO_URING|LD_\w+|DYLD_\w+|SSL_CERT_FILE|SSL_CERT_DIR|OPENSSL_CONF)$/,
  /^(https?|all|no)_proxy$/i,
  // The exporters' standard variables, of which ours are a few (platform/observability/tracing-sdk.ts).
  /^OTEL_\w+$/,
];

/** Keeps requests between processes of this machine from a proxy that is meant for the internet (NODE_USE_ENV_PROXY). */
export const pastProxies = (env: Environment): Record<string, string> => {
  const given = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').filter(Boolean);
  const direct = [...new Set([...given, '127.0.0.1', 'localhost', '::1'])].join(',');
  // Libraries differ in which of the two they read.
  return { NO_PROXY: direct, no_proxy: direct };
};

/** What changes while a service runs is in files that it reads again, and not in its environment. */
const rotated = ({ dataDir }: Facts): Record<string, string> =>
  Object.fromEntries(
    rotatable.flatMap((name) => [
      [name, ''],
      [`${name}_FILE`, secretFile(dataDir, name)],
    ]),
  );

/** All of it, for operators' tools: seed, audit, demo. */
export const operatorEnvironment = (facts: Facts): NodeJS.ProcessEnv => {
  const { env, ports, secrets, databaseUrls, events, dataDir } = facts;
  const local = (service: ServiceName): string => `http://127.0.0.1:${ports[service]}`;
  const ours: Record<string, string> = {
    ...secrets.variables,
    ...rotated(facts),
    ...Object.fromEntries(serviceNames.map((name) => [variableOf(name, 'PORT'), String(ports[name])])),
    ...Object.fromEntries(Object.entries(databaseUrls).map(([name, url]) => [variableOf(name, 'DATABASE_URL'), url])),
    ...Object.fromEntries(subgraphNames.map((name) => [variableOf(name, 'SUBGRAPH_URL'), `${local(name)}/graphql`])),
    ...Object.fromEntries(
      outsiders.flatMap(({ name, client, webhook }) => [
        [variableOf(name, 'URL'), local(name)],
        [variableOf(name, 'WEBHOOK_URL'), `${local(client as ServiceName)}${webhook}`],
      ]),
    ),
    ...Object.fromEntries(
      subgraphs.flatMap(({ folders = {} }) =>
        Object.entries(folders).map(([variable, folder]) => [variable, path.join(dataDir, folder.name)]),
      ),
    ),
    ...events,
    PROFILE: 'development',
    ACCESS_TOKEN_JWKS_URL: `${local('user')}/.well-known/jwks.json`,
    VIEWER_VERIFY_KEYS: verifyKeysOf(secrets.variables.VIEWER_SIGNING_KEY as string),
  };
  const given = Object.entries(env).filter(([name]) => !isForOthers(name));
  const isGiven = (name: string): boolean => Boolean(env[name] || env[`${name}_FILE`]);
  const missing = Object.entries(ours).filter(([name, value]) => value && !isGiven(name.replace(/_FILE$/, '')));
  return { ...Object.fromEntries(given), ...Object.fromEntries(missing), ...pastProxies(env) };
};

/** An allow-list, so that a service that is broken into exposes no secrets but its own. */
export const serviceEnvironment = (facts: Facts, service: ServiceName): NodeJS.ProcessEnv => {
  const { variablePattern } = services.find(({ name }) => name === service) ?? {};
  const read = new Set(facts.variables[service]);
  const isMine = (variable: string): boolean => {
    const name = variable.replace(/_FILE$/, '');
    // A former name is passed on because the service reports it.
    return [name, variable, formerNames[name] ?? ''].some((it) => read.has(it)) || Boolean(variablePattern?.test(name));
  };
  const isSeen = (name: string): boolean => isMine(name) || systemVariables.some((pattern) => pattern.test(name));
  const seen = Object.entries(operatorEnvironment(facts)).filter(([name]) => isSeen(name));
  return { ...Object.fromEntries(seen), ...(service === 'gateway' && facts.host && { HOST: facts.host }) };
};
