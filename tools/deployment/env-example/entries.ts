/** What .env.example says about each variable: from docker-compose.yml, the schemas, and the comments in the code. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { reasonsIn } from '#gateway/help.ts';
import { folderOf, services } from '#ops/services.ts';
import { formerNames } from '#platform/config/config.ts';
import type { ComposeFacts } from '../compose.ts';
import { schemas } from '../variables.ts';
import { composeVariables, secretReasons } from './compose.ts';

export interface Entry {
  readonly name: string;
  /** Its default. */
  readonly fallback: string;
  /** Its possible values, when they are few. */
  readonly choices: readonly string[];
  /** Lines; none when the code has no comment. */
  readonly reason: readonly string[];
}

/** What is taken from `.env`: `variables` of the facts are all but the secrets, which `configs` has. */
export type Taken = Pick<ComposeFacts, 'variables' | 'configVariables'>;

export const namesTaken = ({ variables, configVariables }: Taken): string[] => {
  const ofCompose = Object.keys(composeVariables).filter((name) => composeVariables[name]?.isOfCompose);
  const names = [...ofCompose, ...[...variables, ...configVariables].map(({ name }) => name)];
  return [...new Set(names)].filter((name) => !(name in formerNames));
};

interface Property {
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

export const entriesOf = ({ variables }: Taken): ((name: string) => Entry) => {
  const reasons = reasonsIn(sources());
  const properties = propertiesOfAll();
  const inCompose = new Map(
    variables.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]])),
  );
  return (name) => {
    const { enum: choices = [], default: inCode = '' } = properties[name] ?? {};
    const { reason = reasonOf(name, reasons), fallback = inCompose.get(name) ?? String(inCode) } =
      composeVariables[name] ?? {};
    return { name, reason, fallback, choices };
  };
};

/** `ORDER_SUBGRAPH_URL` has the reason of `SUBGRAPH_URL`. */
const reasonOf = (name: string, reasons: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  secretReasons.find(({ names }) => names.test(name))?.reason ??
  reasons.get(name) ??
  reasons.get(name.replace(/^[A-Z]+_(?=SUBGRAPH_)/, '')) ??
  services
    .filter(({ program }) => program?.variables.includes(name))
    .map((service) => `Read by ${folderOf(service)}, whose documentation explains it.`);

const root = path.resolve(import.meta.dirname, '../../..');

const sources = (): string[] =>
  globSync(['gateway/**/variables.ts', 'platform/**/*.ts', 'subgraphs/*/config.ts', 'simulator/config.ts'], {
    cwd: root,
  })
    .toSorted()
    .map((file) => readFileSync(path.join(root, file), 'utf8'));

const propertiesOfAll = (): Readonly<Record<string, Property>> =>
  Object.assign(
    {},
    ...Object.values(schemas).map(
      (schema) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties,
    ),
  );
