import { describe, expect, it } from 'vitest';
import { supergraphOf } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { federation } from '../graphql/federation.ts';
import { planCache } from '../schema/query-plans.ts';
import { type Condition, conditionsIn, isDerived } from './conditions.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@authenticated", "@policy", { name: "@requiresScopes", as: "@scoped" }])`;
const composed = supergraphOf({
  user: `${link}
    type Query { a: String @scoped(scopes: [["x", "y"], ["z"]]) @authenticated  b: Thing  c: String @scoped(scopes: []) }
    interface Thing { id: ID }
    type Secret implements Thing @policy(policies: [["p"]]) { id: ID }
    type Open implements Thing { id: ID }
    enum Role @authenticated { A }`,
});

it('reads what composition writes, under whatever names', () => {
  expect([...conditionsIn(composed)].toSorted()).toEqual([
    ['Query.a', [{ kind: 'authenticated' }, { kind: 'scopes', anyOf: [['x', 'y'], ['z']] }]],
    ['Role', [{ kind: 'authenticated' }]],
    ['Secret', [{ kind: 'policies', anyOf: [['p']] }]],
    ['Thing', [{ kind: 'policies', anyOf: [['p']] }]],
  ]);
});

const load = (supergraph: string) =>
  federation({
    supergraph,
    clientOf: () => ({ call: async () => ({ data: {} }) }),
    plans: planCache(() => undefined).store,
    log: recordedLog().log,
  }).load();

it('loads a supergraph with conditions', async () => {
  await expect(load(composed)).resolves.toBeDefined();
});

it.each([
  ['a later version of them', 'https://specs.apollo.dev/policy/v0.1', 'https://specs.apollo.dev/policy/v0.2'],
  ['another specification', 'https://specs.apollo.dev/policy/v0.1', 'https://example.com/secrecy/v0.1'],
])('is refused with %s that is there for security', async (_, enforced, unknown) => {
  await expect(load(composed.replace(enforced, unknown))).rejects.toThrow(/SECURITY but is unsupported|checks failed/);
});

describe('a condition of an interface is derived', () => {
  const scopes = (...anyOf: string[][]): Condition => ({ kind: 'scopes', anyOf });
  const authenticated: Condition = { kind: 'authenticated' };
  it.each<[string, Condition, Condition[][], boolean]>([
    ['when one implementation has it', authenticated, [[authenticated], []], true],
    ['and not when none has', authenticated, [[scopes(['a'])], []], false],
    ['when it is all of theirs together', scopes(['a', 'b']), [[scopes(['a'])], [scopes(['b'])]], true],
    ['in each combination', scopes(['b', 'a'], ['c', 'a']), [[scopes(['a'])], [scopes(['b'], ['c'])]], true],
    ['without those that another one contains', scopes(['a']), [[scopes(['a'], ['b'])], [scopes(['a'])]], true],
    ['and not when it asks for more', scopes(['a', 'b']), [[scopes(['a'])], []], false],
    ['or for less', scopes(['a'], ['b']), [[scopes(['a'])], []], false],
    ['or no implementation asks for any', scopes(['a']), [[], []], false],
  ])('%s', (_, condition, implementations, derived) => {
    expect(isDerived(condition, implementations)).toBe(derived);
  });
});
