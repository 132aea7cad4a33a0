/** The entities of the graph as the gateway asks for them: who resolves what, by which key, and what to select. */
import { type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';
import type { SubgraphName } from '#ops/services.ts';
import { isSubgraphName, type World } from '../world.ts';
import { graphOf, type ObjectNode, objectsOf } from './graph.ts';

export interface EntityKey {
  readonly subgraph: SubgraphName;
  readonly type: string;
  /** The one field of the key; none of ours has several. */
  readonly key: string;
  /** Fields that make the subgraph look the entity up. */
  readonly selection: string;
}

/** Every `@key` that a subgraph resolves. */
export const entityKeys = ({ sources }: World): EntityKey[] =>
  graphOf(sources).subgraphs.flatMap(({ name, document }) =>
    objectsOf(document).flatMap((type) => {
      if (!isSubgraphName(name)) throw new Error(`no service is called ${name}`);
      const keys = resolvableKeys(type);
      const others = (type.fields ?? []).filter((field) => !keys.includes(field.name.value));
      return keys.map((key) => ({ subgraph: name, type: type.name.value, key, selection: selectionOf(key, others) }));
    }),
  );

const resolvableKeys = ({ directives = [] }: ObjectNode): string[] =>
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

export const knownKeysQuery = `query KnownKeys {
  me { id }
  cart { id }
  orders(first: 1) { edges { node { id number payments { id } } } }
  products(first: 1) { edges { node { id slug category { id } variants { id sku } } } }
}`;

interface KnownThings {
  readonly me?: { id: string } | null;
  readonly cart?: { id: string } | null;
  readonly orders?: { edges: { node: { id: string; number: string; payments?: { id: string }[] | null } }[] } | null;
  readonly products?: {
    edges: {
      node: { id: string; slug: string; category?: { id: string } | null; variants: { id: string; sku: string }[] };
    }[];
  } | null;
}

export const knownKeysIn = ({ me, cart, orders, products }: KnownThings): KnownKeys => {
  const order = orders?.edges[0]?.node;
  const product = products?.edges[0]?.node;
  const variant = product?.variants[0];
  const found: Record<string, string | undefined> = {
    'User.id': me?.id,
    'Cart.id': cart?.id,
    'Order.id': order?.id,
    'Order.number': order?.number,
    'Payment.id': order?.payments?.[0]?.id,
    'Product.id': product?.id,
    'Product.slug': product?.slug,
    'ProductVariant.id': variant?.id,
    'ProductVariant.sku': variant?.sku,
    'Category.id': product?.category?.id,
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
};

/** As many keys of the same form that nothing has. */
export const unknownKeys = (known: string, count: number): string[] => {
  const hex = /[0-9a-f]{32}$/;
  return Array.from({ length: count }, (_, n) => {
    const tail = n.toString(16).padStart(32, '0');
    return hex.test(known) ? known.replace(hex, tail) : `nothing-${n}`;
  });
};
