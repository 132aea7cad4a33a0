/** Every `@key` keeps the promises that the gateway builds on: in order, one for one, in one go. */
import { isDeepStrictEqual } from 'node:util';
import type { Viewer } from '#contracts/viewer.ts';
import { breach, type Check, type Finding } from '../check.ts';
import {
  type EntityKey,
  entityKeys,
  type KnownKeys,
  knownKeysIn,
  knownKeysQuery,
  unknownKeys,
} from '../rules/entities.ts';
import { accessTokenOf, runsOf } from '../rules/runs.ts';
import { statementsIn } from '../rules/statements.ts';
import type { ContractShop } from '../shop.ts';
import type { World } from '../world.ts';

export const entities: Check = {
  name: 'entities',
  title:
    'Every @key gives what it names: known, unknown as null, twice, in order, a hundred in as many statements as one.',
  needs: 'system',
  run: async (world) => {
    // The demo customer has bought something by then.
    await runsOf(world);
    const shop = await world.system();
    return await findingsFor(entityKeys(world), shop, await knownKeys(shop), world);
  },
};

export const findingsFor = async (keys: readonly EntityKey[], shop: Asked, known: KnownKeys, world: World) => {
  const owner = { kind: 'user', id: known['User.id'], roles: ['CUSTOMER'] } as Viewer;
  return (await Promise.all(keys.map((key) => examine(key, { shop, known, viewer: owner, world })))).flat();
};

type Asked = Pick<ContractShop, 'askSubgraph' | 'traceOf'>;

interface Examination {
  readonly shop: Asked;
  readonly known: KnownKeys;
  readonly viewer: Viewer;
  readonly world: World;
}

const knownKeys = async (shop: ContractShop): Promise<KnownKeys> => {
  const { body } = await shop.ask({ query: knownKeysQuery }, await accessTokenOf(shop));
  return knownKeysIn(body.data ?? {});
};

const resolverFile = ({ subgraph, type }: EntityKey): string =>
  `See __resolveReference of ${type} in subgraphs/${subgraph}/graphql/, and its loader.`;

type Entity = Readonly<Record<string, unknown>> | null;

// A page of a hundred products is the largest list there is, so the largest batch.
const batchSize = 100;

const examine = async (key: EntityKey, { shop, known, viewer }: Examination): Promise<Finding[]> => {
  const at = `${key.subgraph}: ${key.type}.${key.key}`;
  const value = known[`${key.type}.${key.key}`];
  if (value === undefined)
    return [breach(at, 'has no known example.', 'Let knownKeysQuery in tools/contracts/rules/entities.ts find one.')];
  const fetch = fetcher(key, shop, viewer);
  const [absent = ''] = unknownKeys(value, 1);
  const findings: Finding[] = [];
  const expect = (holds: boolean, message: string) => {
    if (!holds) findings.push(breach(at, message, resolverFile(key)));
  };

  const one = await fetch([value]);
  const [entity] = one.entities;
  expect(
    entity?.[key.key] === value && entity.__typename === key.type,
    `does not give back ${value}: ${JSON.stringify(entity)}.`,
  );

  const mixed = await fetch([value, absent, value]);
  expect(mixed.entities.length === 3, `gives ${mixed.entities.length} for 3 representations.`);
  expect(
    isDeepStrictEqual(mixed.entities[0], entity) && isDeepStrictEqual(mixed.entities[2], entity),
    'does not give the same for the same key, in order.',
  );
  const missing = mixed.entities[1];
  // Only the owner knows what exists; a neighbour that adds fields answers for any key.
  expect(
    missing === null || missing?.[key.key] === absent,
    `gives ${JSON.stringify(missing)} for a key that nothing has.`,
  );
  expect(mixed.codes.length === 0, `makes an error of a key that nothing has: ${mixed.codes}.`);

  const odd = await fetch([7, { $ne: null }, null, undefined, value]);
  expect(!odd.codes.includes('INTERNAL_SERVER_ERROR') && odd.status < 500, 'breaks on a key of another type.');
  expect(isDeepStrictEqual(odd.entities[4], entity), 'loses its neighbours in a batch with a key of another type.');

  const batch = await fetch([value, ...unknownKeys(value, batchSize - 1)]);
  expect(batch.entities.length === batchSize, `gives ${batch.entities.length} for ${batchSize} representations.`);
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
