import internals from '@apollo/federation-internals';
import planner, { type QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { sdls, supergraphOf } from '#kit/gateway/builders.ts';
import { planCache } from './plan-cache.ts';

const supergraph = internals.Supergraph.build(supergraphOf(sdls));
const queryPlanner = new planner.QueryPlanner(supergraph);
const planOf = (query: string): QueryPlan =>
  queryPlanner.buildQueryPlan(internals.operationFromDocument(supergraph.apiSchema(), parse(query)));

it('gives back the plan that it was given', async () => {
  const plans = planCache(() => undefined);
  const plan = planOf('query Both($id: ID!) { product(id: $id) { title likes } whoAmI }');
  await plans.store.set('key', plan);
  expect(planner.prettyFormatQueryPlan((await plans.store.get('key')) as QueryPlan)).toBe(
    planner.prettyFormatQueryPlan(plan),
  );
});

it('keeps as many plans as fit, by what they take and not by their number', async () => {
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
