/** Every `@key` keeps the promises that the gateway builds on: in order, one for one, in one go. */

import { isDeepStrictEqual } from 'node:util';
import { type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { SubgraphName } from '#ops/services.ts';
import { type Check, type Finding, violation, violationUnless } from '../check.ts';
import { graphOf, type ObjectNode, objectsOf } from '../graph.ts';
import { accessTokenOf, runsOf } from '../runs.ts';
import type { ContractShop } from '../shop.ts';
import { isSubgraphName, type Workspace } from '../workspace.ts';
import { statementsIn } from './statements.ts';

// The entities of the graph as the gateway asks for them: who resolves what, by which key, and what to select.

export interface EntityKey {
  readonly subgraph: SubgraphName;
  readonly type: string;
  /** The one field of the key; none of ours has several. */
  readonly key: string;
  /** Fields that make the subgraph look the entity up. */
  readonly selection: string;
}

/** Every `@key` that a subgraph resolves. */
export const entityKeys = (workspace: Workspace): EntityKey[] =>
  graphOf(workspace).subgraphs.flatMap(({ name, document }) =>
    objectsOf(document).flatMap((type) => {
      if (!isSubgraphName(name)) throw new Error(`no service is called ${name}`);
      const keys = resolvableKeys(type);
      const others = (type.fields ?? []).filter((field) => !keys.includes(field.name.value));
      return keys.map((key) => ({ subgraph: name, type: type.name.value, key, selection: selectionOf(key, others) }));
    }),
  );

export const resolvableKeys = ({ directives = [] }: ObjectNode): string[] =>
  directives
    .filter(({ name }) => name.value === 'key')
    .flatMap(({ arguments: args = [] }) => {
      const value = (name: string) => args.find((argument) => argument.name.value === name)?.value;
      const [fields, resolvable] = [value('fields'), value('resolvable')];
      if (resolvable?.kind === Kind.BOOLEAN && !resolvable.value) return [];
      return fields?.kind === Kind.STRING ? [fields.value] : [];
    });

const scalars = new Set(['ID', 'String', 'Int', 'Boolean', 'DateTime']);

const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type));

/** The key, and what stands beside it: a scalar where there is one, else the first object, without looking into it. */
const selectionOf = (key: string, others: readonly FieldDefinitionNode[]): string => {
  const askable = others.filter(({ arguments: args = [] }) =>
    args.every(({ type }) => type.kind !== Kind.NON_NULL_TYPE),
  );
  const scalar = askable.find(({ type }) => scalars.has(named(type)));
  const [object] = askable;
  const beside = scalar ? scalar.name.value : object ? `${object.name.value} { __typename }` : '';
  return `${key} ${beside}`.trim();
};

/** A key value of each entity of the seed and of the demo customer's purchases. By `Type.key`. */
export type KnownKeys = Readonly<Record<string, string>>;

const knownKeysQuery = `query KnownKeys {
  collections { __typename id }
  me { __typename id }
  cart { __typename id }
  orders(first: 1) { edges { node { __typename id number payments { __typename id } } } }
  products(first: 1) { edges { node { __typename id slug category { __typename id } variants { __typename id sku } } } }
}`;

/** Of each type the first object of the answer. */
const knownKeysIn = (value: unknown): KnownKeys => {
  if (typeof value !== 'object' || value === null) return {};
  const { __typename: type, ...fields } = value as Record<string, unknown>;
  const own = Object.entries(fields).filter(([, field]) => type && typeof field === 'string');
  const below = Object.values(fields).toReversed().map(knownKeysIn);
  return Object.assign({}, ...below, Object.fromEntries(own.map(([name, field]) => [`${type}.${name}`, field])));
};

/** As many keys of the same form that nothing has. */
export const unknownKeys = (known: string, count: number): string[] => {
  const hex = /[0-9a-f]{32}$/;
  return Array.from({ length: count }, (_, n) => {
    const tail = n.toString(16).padStart(32, '0');
    return hex.test(known) ? known.replace(hex, tail) : `nothing-${n}`;
  });
};

export const entities: Check = {
  name: 'entities',
  title: 'Every @key resolves: known, unknown as null, twice, in order, a hundred in as many statements as one.',
  needs: 'system',
  run: async (workspace) => {
    // The demo customer has bought something by then.
    await runsOf(workspace);
    const shop = await workspace.system();
    return await findingsFor(entityKeys(workspace), shop, await knownKeys(shop));
  },
};

export const findingsFor = async (keys: readonly EntityKey[], shop: Asked, known: KnownKeys): Promise<Finding[]> => {
  const owner: Viewer = { kind: 'user', id: known['User.id'] as UserId, roles: ['CUSTOMER'], permissions: [] };
  return (await Promise.all(keys.map((key) => examine(key, shop, known, owner)))).flat();
};

type Asked = Pick<ContractShop, 'askSubgraph' | 'traceOf'>;

export const knownKeys = async (shop: ContractShop): Promise<KnownKeys> =>
  knownKeysIn((await shop.ask({ query: knownKeysQuery }, await accessTokenOf(shop))).body.data);

type Entity = Readonly<Record<string, unknown>> | null;

// A page of a hundred products is the largest list there is, so the largest batch.
const batchSize = 100;

const examine = async (key: EntityKey, shop: Asked, known: KnownKeys, viewer: Viewer): Promise<Finding[]> => {
  const at = `${key.subgraph}: ${key.type}.${key.key}`;
  const value = known[`${key.type}.${key.key}`];
  if (value === undefined)
    return [violation(at, 'has no known example.', 'Let knownKeysQuery of checks/entities.ts find one.')];
  const fetch = fetcher(key, shop, viewer);
  const [absent = ''] = unknownKeys(value, 1);
  const findings: Finding[] = [];
  const hint = `See __resolveReference of ${key.type} in subgraphs/${key.subgraph}/graphql/, and its loader.`;
  const expect = (holds: boolean, message: string) => findings.push(...violationUnless(holds, at, message, hint));

  const one = await fetch([value]);
  const [entity] = one.entities;
  expect(
    entity?.[key.key] === value && entity.__typename === key.type,
    `does not return ${value}: ${JSON.stringify(entity)}.`,
  );

  const mixed = await fetch([value, absent, value]);
  expect(mixed.entities.length === 3, `returns ${mixed.entities.length} for 3 representations.`);
  expect(
    isDeepStrictEqual(mixed.entities[0], entity) && isDeepStrictEqual(mixed.entities[2], entity),
    'does not return the same for the same key, in order.',
  );
  const missing = mixed.entities[1];
  // Only the owner knows what exists; a neighbour that adds fields answers for any key.
  expect(missing === null || missing?.[key.key] === absent, `returns ${JSON.stringify(missing)} for an unknown key.`);
  expect(mixed.codes.length === 0, `makes an error of an unknown key: ${mixed.codes}.`);

  const odd = await fetch([7, { $ne: null }, null, undefined, value]);
  expect(!odd.codes.includes('INTERNAL_SERVER_ERROR') && odd.status < 500, 'breaks on a key of another type.');
  expect(isDeepStrictEqual(odd.entities[4], entity), 'loses the others in a batch with a key of another type.');

  const batch = await fetch([value, ...unknownKeys(value, batchSize - 1)]);
  expect(batch.entities.length === batchSize, `returns ${batch.entities.length} for ${batchSize} representations.`);
  const [few, many] = [await statements(shop, one.traceId), await statements(shop, batch.traceId)];
  expect(many <= few, `sends ${many} statements for ${batchSize} keys, and ${few} for one.`);
  return findings;
};

const statements = async (shop: Asked, traceId: string): Promise<number> =>
  Object.values(statementsIn(await shop.traceOf(traceId))).reduce((sum, count) => sum + count, 0);

const fetcher =
  ({ subgraph, type, key, selection }: EntityKey, shop: Asked, viewer: Viewer) =>
  async (values: readonly unknown[]) => {
    const query = `query($these: [_Any!]!) { _entities(representations: $these) { __typename ... on ${type} { ${selection} } } }`;
    const these = values.map((value) => ({ __typename: type, [key]: value }));
    const { status, body, traceId } = await shop.askSubgraph(subgraph, { query, variables: { these } }, viewer);
    const errors = (body.errors ?? []) as readonly { extensions?: { code?: string } }[];
    return {
      status,
      traceId,
      entities: (body.data?._entities ?? []) as readonly Entity[],
      codes: errors.map(({ extensions }) => String(extensions?.code)),
    };
  };
