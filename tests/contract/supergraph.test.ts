/** supergraph.graphql is what the gateway can serve. That it is current: checks/composition.ts. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rootDecisions } from '#gateway/graphql/early-authorization.ts';
import { federation } from '#gateway/graphql/federation.ts';
import { costPolicy } from '#gateway/limits/operation-cost.ts';
import { planCache } from '#gateway/schema/query-plans.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { apiSchemaOf } from '#tools/compose/composition.ts';
import { supergraphFile } from '#tools/compose.ts';

const supergraph = readFileSync(supergraphFile, 'utf8');

it('the committed supergraph loads in the gateway, without any subgraph there', async () => {
  const names: string[] = [];
  const clientOf = (name: string) => {
    names.push(name);
    return { call: async () => ({}) };
  };
  const plans = planCache(() => {}).store;
  const { schema } = await federation({ supergraph, clientOf, plans, log: recordedLog().log }).load();
  expect(schema.getQueryType()?.getFields()).toHaveProperty('products');
  expect(names.toSorted()).toEqual(['order', 'payment', 'product', 'user']);
});

it('it carries prices and access decisions to the gateway, and shows clients none of them', () => {
  const { weights, listSizes } = costPolicy(supergraph);
  expect(weights.get('Mutation.signIn')).toBe(50);
  expect(listSizes.get('Query.products')).toMatchObject({ slicingArguments: ['first'], sizedFields: ['edges'] });
  expect(rootDecisions(supergraph).get('Query.orders')).toEqual({ access: 'identified', service: 'order' });
  expect(apiSchemaOf(supergraph)).not.toMatch(/@(cost|listSize|public|signedIn|staff|admin)\b/);
});
