/** A shop whose stock staff change, as the graph lets them. */
import { randomUUID } from 'node:crypto';
import type { GraphQLUnionType } from 'graphql';
import type { Viewer } from '#contracts/viewer.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { loaders } from '#subgraphs/product/graphql/loaders.ts';
import { schema } from '#subgraphs/product/wiring.ts';
import { asking } from '../graphql/ask.ts';
import { somebody } from '../user/viewers.ts';
import { aShop } from './shop.ts';

const built = schema();
export const staff = somebody('STAFF');

const selections: Readonly<Record<string, string>> = {
  transferStock: 'from { onHand location { code } } to { onHand reserved available location { code name } }',
  saveLocation: 'location { code name priority isDefault }',
};

export interface Sent {
  readonly key?: string;
  readonly viewer?: Viewer;
}

/** Each failure of a mutation, whole. */
const failuresOf = (type: string): string =>
  (built.getType(`${type}Payload`) as GraphQLUnionType)
    .getTypes()
    .filter(({ name }) => name !== `${type}Success`)
    .map((failure) => `... on ${failure.name} { ${Object.keys(failure.getFields()).join(' ')} }`)
    .join(' ');

/** With a second location, `outlet`. */
export const aShopToStock = async () => {
  const shop = await aShop();
  const ask = asking(built, requestContext(shop.app, loaders));

  /** The mutation's payload, or the code of its error. */
  const mutate = async (name: string, input: object, { key = randomUUID(), viewer = staff }: Sent = {}) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const success = selections[name] ?? 'level { onHand reserved available location { code } }';
    const query = `mutation ($key: String!, $input: ${type}Input!) { it: ${name}(idempotencyKey: $key, input: $input) {
      __typename ${failuresOf(type)} ... on ${type}Success { ${success} } } }`;
    const { data, codes } = await ask(viewer, query, { key, input });
    return data?.it ?? codes?.[0];
  };

  await mutate('saveLocation', { code: 'outlet', name: 'Outlet', priority: 5 });
  return { shop, ask, mutate };
};
