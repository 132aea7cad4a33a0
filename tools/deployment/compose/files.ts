/** docker-compose.yml and what its services extend, parsed and put together as Compose does. */
import { parse } from 'yaml';
import { z } from 'zod';
import { type Interpolation, interpolated } from './interpolation.ts';

/** Texts of files by their path from the root. */
export type Texts = Readonly<Record<string, string>>;

export const composeFile = 'docker-compose.yml';
const commonFile = 'deploy/compose/services.yml';

const words = z.union([z.string().transform((text) => text.split(/\s+/)), z.array(z.string())]);

const Service = z.object({
  image: z.string().optional(),
  user: z.string().optional(),
  command: words.optional(),
  // Compose takes a list as well; a map can be merged by eye.
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  networks: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  restart: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
});

const Declared = z.record(z.string(), z.object({ internal: z.boolean().default(false) }).nullable()).default({});

const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: Declared,
  volumes: Declared,
  configs: z.record(z.string(), z.object({ content: z.string().default('') })).default({}),
});

export type RawService = z.output<typeof Service>;

export interface ComposeFiles extends z.output<typeof Compose> {
  /** Every variable that is taken from .env, in the order of the files, but for those of `configs`. */
  readonly variables: readonly Interpolation[];
  /** The same of `configs`, whose contents are as they are written. */
  readonly configVariables: readonly Interpolation[];
}

type Tree = { readonly [key: string]: unknown };

/** Throws for what is no YAML, or not of the shape that the rules can judge. */
export const parseCompose = (texts: Texts): ComposeFiles => {
  const variables: Interpolation[] = [];
  const configVariables: Interpolation[] = [];
  const { configs = {}, ...raw } = read(texts, composeFile);
  const own = filled(raw, variables);
  const common = filled(read(texts, commonFile), variables) as { services: Services };
  const services = Object.entries((own.services ?? {}) as Services).map(([name, service]) => [
    name,
    extended(service, common.services),
  ]);
  filled(configs, configVariables);
  const result = Compose.safeParse({ ...own, services: Object.fromEntries(services), configs });
  if (!result.success) throw new Error(`${composeFile}: ${z.prettifyError(result.error)}`);
  if (Object.keys(result.data.services).length === 0) throw new Error(`${composeFile} has no service`);
  return { ...result.data, variables: [...variables, ...passedOn(result.data)], configVariables };
};

type Services = Readonly<Record<string, Tree>>;

const read = (texts: Texts, file: string): Tree => {
  try {
    return parse(texts[file] ?? '', { merge: true }) ?? {};
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** With each variable's default in its place. */
const filled = <T>(value: T, variables: Interpolation[]): T => {
  if (typeof value === 'string') {
    const { text, variables: found } = interpolated(value);
    variables.push(...found);
    return text as T;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, variables)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, variables)])) as T;
};

/** A variable without a value: it comes from .env under its own name. */
const passedOn = ({ services }: z.output<typeof Compose>): Interpolation[] =>
  Object.values(services).flatMap(({ environment }) =>
    Object.entries(environment).flatMap(([name, value]) => (value === null ? [{ name, fallback: undefined }] : [])),
  );

const extended = (service: Tree, common: Services): Tree => {
  const { extends: base, ...own } = service;
  if (base === undefined) return own;
  const name = typeof base === 'string' ? base : (base as { service: string }).service;
  const found = common[name];
  if (!found) throw new Error(`${commonFile} has no service ${name}`);
  return merged(extended(found, common), own);
};

const combined = new Set(['cap_add', 'cap_drop', 'configs', 'ports', 'security_opt', 'volumes']);
const mappings = new Set(['environment', 'healthcheck', 'logging', 'options', 'depends_on']);

/** Maps are merged, some lists are added to, and all else is replaced. */
const merged = (base: Tree, own: Tree): Tree => {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = base[key];
    if (mappings.has(key)) result[key] = merged((before ?? {}) as Tree, value as Tree);
    else if (combined.has(key)) result[key] = [...new Set([...((before ?? []) as unknown[]), ...(value as unknown[])])];
    else result[key] = value;
  }
  return result;
};
