import { describe, expect, it } from 'vitest';
import type { GraphqlRequest } from '../shop.ts';
import { type EntityKey, entityKeys, findingsFor } from './entities.ts';
import { aTrace, reply, shopThatAnswers, workspace } from './seeded.ts';

const key: EntityKey = { subgraph: 'product', type: 'Product', key: 'id', selection: 'id title' };
const id = 'prd_0123456789abcdef0123456789abcdef';

type Entity = Record<string, unknown> | null;
type Resolve = (representations: { id: unknown }[]) => Entity[];

const lamp = { __typename: 'Product', id, title: 'Lamp' };
const sound: Resolve = (these) => these.map((each) => (each.id === id ? lamp : null));

/** A product subgraph that resolves like this, and takes as many statements as said for a batch. */
const found = async (
  resolve: Resolve,
  { statements = () => 1, code }: { statements?: (batch: number) => number; code?: string } = {},
) => {
  const shop = shopThatAnswers({
    askSubgraph: async (_: string, { variables }: GraphqlRequest) => {
      const { these } = variables as { these: { id: unknown }[] };
      const odd = code && these.some((each) => typeof each.id === 'number');
      const errors = odd ? [{ message: 'No.', extensions: { code } }] : undefined;
      return reply({ _entities: resolve(these) }, errors, String(these.length));
    },
    traceOf: async (batch) =>
      aTrace(
        batch,
        Array.from({ length: statements(Number(batch)) }, (_, n) => `SELECT ${n}`),
      ),
  });
  const findings = await findingsFor([key], shop, { 'Product.id': id, 'User.id': 'usr_1' });
  return findings.map(({ subject, message }) => `${subject} ${message}`);
};

describe('the check', () => {
  it('is content with a subgraph that resolves as it should', async () => {
    expect(await found(sound)).toEqual([]);
  });

  it.each<[string, Resolve, RegExp]>([
    [
      'leaves out what it does not know',
      (these) => sound(these).filter(Boolean),
      /^product: Product\.id returns \d for 3 representations/,
    ],
    ['answers in another order', (these) => sound(these).toReversed(), /loses the others|in order/],
    ['takes anything for known', (these) => these.map(() => lamp), /returns .*Lamp.* for an unknown key/],
    ['does not know what it sold', (these) => these.map(() => null), /does not return prd_/],
    [
      'resolves a key once only',
      (these) => sound(these).map((it, n) => (n > 0 ? null : it)),
      /does not return the same for the same key/,
    ],
  ])('finds a subgraph that %s', async (_, resolve, finding) => {
    expect(await found(resolve)).toContainEqual(expect.stringMatching(finding));
  });

  it('finds a statement per entity', async () => {
    expect(await found(sound, { statements: (batch) => batch })).toEqual([
      'product: Product.id sends 100 statements for 100 keys, and 1 for one.',
    ]);
  });

  it('finds a subgraph that breaks on a key of another type', async () => {
    expect(await found(sound, { code: 'INTERNAL_SERVER_ERROR' })).toEqual([
      'product: Product.id breaks on a key of another type.',
    ]);
  });

  it('wants an example of every key', async () => {
    const [finding] = await findingsFor([{ ...key, key: 'ean' }], shopThatAnswers({}), {});
    expect(finding).toMatchObject({ subject: 'product: Product.ean', message: 'has no known example.' });
  });
});

it('reads from the SDLs who resolves what, by which key', () => {
  const keys = entityKeys(workspace).map(({ subgraph, type, key: name }) => `${subgraph} ${type}.${name}`);
  expect(keys).toContain('order Order.number');
  expect(keys).toContain('payment Order.id');
  expect(keys).not.toContain('order ProductVariant.id');
});
