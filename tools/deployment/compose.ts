/** docker-compose.yml as Compose sees it when `.env` is empty: with what its services extend, and every default in its place. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Texts of files by their path from the root. */
export type Texts = Readonly<Record<string, string>>;

export const composeFile = 'docker-compose.yml';
const servicesFile = 'deploy/compose/services.yml';

const list = z.array(z.string()).default([]);
const Service = z.object({
  image: z.string().optional(),
  user: z.string().optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown()).transform(Object.keys)]).default([]),
  network_mode: z.string().optional(),
  ports: list,
  profiles: list,
  restart: z.string().optional(),
  // Docker's default.
  stop_grace_period: z.string().default('10s'),
  healthcheck: z.looseObject({}).optional(),
  read_only: z.boolean().default(false),
  cap_drop: list,
  security_opt: list,
  mem_limit: z.string().optional(),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) }).nullable()),
});

export interface ComposeService extends z.output<typeof Service> {
  readonly name: string;
}

/** A variable that is taken from `.env`, and what holds without it. */
export interface Interpolation {
  readonly name: string;
  readonly fallback: string | undefined;
}

export interface ComposeFacts {
  readonly services: readonly ComposeService[];
  readonly networks: z.output<typeof Compose>['networks'];
  /** Every variable that is taken from .env, in the order of the files, but for those of `configs`. */
  readonly variables: readonly Interpolation[];
  /** Those of `configs`: secrets, which reach a container as a file. */
  readonly configVariables: readonly Interpolation[];
}

type Tree = Readonly<Record<string, unknown>>;
type Services = Readonly<Record<string, Tree>>;

const root = path.resolve(import.meta.dirname, '../..');

export const composeTexts = (): Texts =>
  Object.fromEntries([composeFile, servicesFile].map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

/** Throws, naming the file, for what is not YAML or not of the shape that the policies can judge. */
export const composeFacts = (texts: Texts): ComposeFacts => {
  const variables: Interpolation[] = [];
  const configVariables: Interpolation[] = [];
  const { configs, ...raw } = read(texts, composeFile);
  interpolated(configs, configVariables);
  const own = interpolated(raw, variables);
  const common = interpolated(read(texts, servicesFile), variables).services as Services;
  const services = Object.entries((own.services ?? {}) as Services).map(([name, service]) => [
    name,
    extended(service, common),
  ]);
  const result = Compose.safeParse({ ...own, services: Object.fromEntries(services) });
  if (!result.success) throw new Error(`${composeFile}: ${z.prettifyError(result.error)}`);
  const facts = Object.entries(result.data.services).map(([name, service]) => ({ name, ...service }));
  if (facts.length === 0) throw new Error(`${composeFile}: has no service`);
  return { ...result.data, services: facts, variables: [...variables, ...facts.flatMap(passedOn)], configVariables };
};

const read = (texts: Texts, file: string): Tree => {
  try {
    return parse(texts[file] ?? '', { merge: true }) ?? {};
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** With `${NAME:-default}` replaced by its default, the innermost first. */
const interpolated = <T>(value: T, found: Interpolation[]): T => {
  if (typeof value === 'string') return interpolatedText(value, found) as T;
  if (Array.isArray(value)) return value.map((item) => interpolated(item, found)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolated(inner, found)])) as T;
};

const interpolatedText = (text: string, found: Interpolation[]): string => {
  const replaced = text.replaceAll(/\$\{(\w+)(?::?-([^{}]*))?\}/g, (_, name: string, fallback?: string) => {
    found.push({ name, fallback });
    return fallback ?? '';
  });
  return replaced === text ? text.replaceAll('$$', '$') : interpolatedText(replaced, found);
};

/** A variable without a value comes from .env under its own name. */
const passedOn = ({ environment }: ComposeService): Interpolation[] =>
  Object.entries(environment).flatMap(([name, value]) => (value === null ? [{ name, fallback: undefined }] : []));

const extended = (service: Tree, common: Services): Tree => {
  const { extends: base, ...own } = service;
  if (base === undefined) return own;
  const name = typeof base === 'string' ? base : (base as { service: string }).service;
  const found = common[name];
  if (!found) throw new Error(`${servicesFile}: has no service ${name}`);
  return merged(extended(found, common), own);
};

const addedTo = new Set(['cap_drop', 'ports', 'security_opt']);

/** Maps are merged, lists of permissions and ports are added to, and all else is replaced. */
const merged = (base: Tree, own: Tree): Tree => ({
  ...base,
  ...Object.fromEntries(
    Object.entries(own).map(([key, value]) => {
      const before = base[key];
      if (addedTo.has(key) && Array.isArray(before)) return [key, [...new Set([...before, ...(value as unknown[])])]];
      const areMaps = [before, value].every(
        (side) => typeof side === 'object' && side !== null && !Array.isArray(side),
      );
      return [key, areMaps ? merged(before as Tree, value as Tree) : value];
    }),
  ),
});
