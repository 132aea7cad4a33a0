import internals from '@apollo/federation-internals';
import planner, { type QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { sdls, supergraphOf } from '#kit/gateway/gateway.ts';
import { operationsInUse, planCache } from './query-plans.ts';

const supergraph = internals.Supergraph.build(supergraphOf(sdls));
const queryPlanner = new planner.QueryPlanner(supergraph);
const planOf = (query: string): QueryPlan =>
  queryPlanner.buildQueryPlan(internals.operationFromDocument(supergraph.apiSchema(), parse(query)));

it('returns the plan it was given', async () => {
  const plans = planCache(() => undefined);
  const plan = planOf('query Both($id: ID!) { product(id: $id) { title likes } whoAmI }');
  await plans.store.set('key', plan);
  expect(planner.prettyFormatQueryPlan((await plans.store.get('key')) as QueryPlan)).toBe(
    planner.prettyFormatQueryPlan(plan),
  );
});

it('is bounded by the size of plans, not by their number', async () => {
  const plans = planCache(() => undefined, 15_000);
  const fields = Array.from({ length: 30 }, (_, n) => `a${n}: product(id: "${n}") { id title stock }`).join(' ');
  await plans.store.set('in use', planOf('{ whoAmI }'));
  for (let n = 0; n < 20; n++) {
    await plans.store.set(`flood ${n}`, planOf(`query Q${n} { ${fields} }`));
    await plans.store.get('in use');
  }
  const kept = await Promise.all(Array.from({ length: 20 }, (_, n) => plans.store.get(`flood ${n}`)));
  expect(kept.filter(Boolean).length).toBeLessThan(15);
  expect(kept.at(-1)).toBeDefined();
  expect(await plans.store.get('in use')).toBeDefined();
});

const document = parse('{ a }');
const use = (uses: ReturnType<typeof operationsInUse>, key: string, times = 1) => {
  for (let time = 0; time < times; time++) uses.record({ key, document, operationName: key, name: key });
};
const names = (uses: ReturnType<typeof operationsInUse>, atMost: number) => uses.mostUsed(atMost).map(({ key }) => key);

it('lists the most used first, up to the limit', () => {
  const uses = operationsInUse(100_000);
  use(uses, 'cart', 2);
  use(uses, 'browse', 3);
  use(uses, 'account');
  expect(names(uses, 2)).toEqual(['browse', 'cart']);
});

it('evicts the least recently used when documents take too much memory', () => {
  const uses = operationsInUse(100_000);
  use(uses, 'a');
  const long = parse(`{ ${'a '.repeat(300)} }`);
  for (let n = 0; n < 50; n++) {
    uses.record({ key: `flood ${n}`, document: long, operationName: undefined, name: 'flood' });
    use(uses, 'a');
  }
  expect(names(uses, 99)[0]).toBe('a');
  expect(names(uses, 99).length).toBeLessThan(5);
});

it('counts decay', () => {
  const uses = operationsInUse(100_000);
  use(uses, 'last month', 10);
  for (let reload = 0; reload < 3; reload++) uses.decay();
  use(uses, 'now', 2);
  expect(names(uses, 1)).toEqual(['now']);
});
