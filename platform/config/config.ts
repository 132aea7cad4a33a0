/** A service's variables, parsed at start-up: all faults are reported at once, then the process ends with 1. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { databaseAddressFault } from '../database/address.ts';
import { tracingVariables } from '../observability/tracing-sdk.ts';
import { redisAddressFault } from '../redis/address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Renamed variables. An old name is refused, since ignoring it could weaken what was configured. */
export const formerNames: Readonly<Record<string, string>> = { GATEWAY_PROFILE: 'PROFILE' };

const renamedVariableFaults = (env: Environment, names: readonly string[]): string[] =>
  Object.entries(formerNames)
    .filter(([former, name]) => env[former] && names.includes(name))
    .map(([former, name]) => `${former}: was renamed to ${name}, which applies to all services; set that instead`);

/** `X_FILE` names a file that holds the value of `X` (a mounted secret). Both at once is a fault. */
const withFiles = (env: Environment, names: readonly string[], faults: string[]): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const name of names) {
    const file = env[`${name}_FILE`];
    const value = env[name];
    if (file && value) faults.push(`${name}: set, and ${name}_FILE as well; keep one of them`);
    if (value) values[name] = value;
    else if (file) {
      try {
        // An empty file is an absent value, as an empty variable is: an optional secret can always be mounted.
        const content = readFileSync(file, 'utf8').trim();
        if (content) values[name] = content;
      } catch (error) {
        faults.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
      }
    }
  }
  return values;
};

/**
 * Reads the variables of `schema` from `env`. An empty variable counts as absent.
 * Returns the faults as sentences instead when there are any; a secret's value is never part of one.
 */
export const parseConfig = <Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment,
): { config: z.output<z.ZodObject<Shape>> } | { faults: string[] } => {
  const faults: string[] = [];
  const names = Object.keys(schema.shape);
  const values = withFiles(env, names, faults);
  faults.push(...renamedVariableFaults(env, names));
  const parsed = schema.safeParse(values);
  if (parsed.success && faults.length === 0) return { config: parsed.data };
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    // What is wrong with several variables at once has a sentence of its own, even about one that is absent.
    const absent = !(name in values) && issue.code !== 'custom';
    if (!(absent && faults.some((fault) => fault.startsWith(name))))
      faults.push(`${name}: ${absent ? 'is required' : issue.message}`);
  }
  return { faults };
};

/** For `main.ts`: the configuration, or a list of everything wrong with it on stderr and exit code 1. */
export const readConfig = <Shape extends z.ZodRawShape>(
  service: string,
  schema: z.ZodObject<Shape>,
  env: Environment = process.env,
) => {
  const result = parseConfig(schema, env);
  if ('config' in result) return result.config;
  process.stderr.write(
    `${service}: the environment is not usable:\n${result.faults.map((fault) => `  ${fault}\n`).join('')}`,
  );
  process.exit(1);
};

const withoutFault = (faultOf: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const fault = faultOf(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

/**
 * Ports that `fetch` does not open, in browsers and in Node: the "bad ports" of
 * https://fetch.spec.whatwg.org/#port-blocking from 1024 on. A service on one of them could not be reached.
 */
export const blockedPorts: readonly number[] = [
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697],
  10_080,
];

export const isBlockedPort = (port: number): boolean => blockedPorts.includes(port);

/** Shapes that several services' variables have. */
export const variable = {
  port: (fallback: number) =>
    z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .refine((port) => !isBlockedPort(port), 'is a port that browsers and fetch do not open')
      .default(fallback),
  url: (...protocols: string[]) =>
    z.string().refine(
      (text) => {
        try {
          return protocols.includes(new URL(text).protocol.slice(0, -1));
        } catch {
          return false;
        }
      },
      `must be a ${protocols.join(' or ')} URL`,
    ),
  database: () => withoutFault(databaseAddressFault),
  redis: () => withoutFault(redisAddressFault),
  milliseconds: (fallback: number) => z.coerce.number().int().positive().default(fallback),
  json: <S extends z.ZodType>(schema: S) =>
    z.string().transform((text, context): z.output<S> => {
      try {
        return schema.parse(JSON.parse(text));
      } catch {
        context.addIssue({ code: 'custom', message: 'is not the JSON it should be' });
        return z.NEVER;
      }
    }),
};

export type Profile = 'development' | 'production';

export const profileVariables = {
  // Decides alone what is refused, required or shown in production, for all services. The default is production; npm start
  // and Compose set development.
  PROFILE: z.enum(['development', 'production']).default('production'),
};

/** For programs that read nothing else. Throws with a sentence per fault. */
export const profileOf = (env: Environment, fallback: Profile = 'production'): Profile => {
  const result = parseConfig(z.object({ PROFILE: profileVariables.PROFILE.unwrap().default(fallback) }), env);
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.config.PROFILE;
};

/** Variables that every service reads. */
export const processVariables = {
  ...profileVariables,
  // Loopback by default; in a container 0.0.0.0.
  HOST: z.string().default('127.0.0.1'),
  // The lowest level that is logged.
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  // 10 s from the signal to the exit: work in progress is done by then, and orchestrators kill after 10 to 30 s.
  SHUTDOWN_DEADLINE_MS: variable.milliseconds(10_000),
  ...tracingVariables,
};

/** Where the events are: on Redis, else on PostgreSQL. */
export const eventsVariables = {
  REDIS_URL: variable.redis().optional(),
  EVENTS_DATABASE_URL: variable.database().optional(),
};
export type EventsConfig = z.output<z.ZodObject<typeof eventsVariables>>;

/** Variables that every subgraph reads beside its database's and its port. */
export const subgraphVariables = {
  ...processVariables,
  ROLE: z.enum(['all', 'api', 'consumer']).default('all'),
  ...eventsVariables,
  VIEWER_VERIFY_KEYS: variable.json(z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })),
  // Connections per process. A statement takes milliseconds, so 10 keep a core busy; the server must have room for those of
  // all processes together.
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  // Off behind a pooler in transaction mode that does not support them (PgBouncer before 1.21).
  DATABASE_PREPARED_STATEMENTS: z.enum(['on', 'off']).default('on'),
};
