/** Rules that all four SDLs keep. Each has a violation here that it must find: a rule that cannot fail is none. */
import { describe, expect, it } from 'vitest';
import { subgraphSources } from '../../scripts/compose.ts';
import * as borders from './rules/borders.ts';
import { graphOf, type Rule } from './rules/graph.ts';
import * as mutations from './rules/mutations.ts';
import { soundGraph } from './rules/sound-graph.ts';
import * as words from './rules/words.ts';

const graph = graphOf(subgraphSources());
const sound = graphOf(soundGraph());
const rules: Record<string, Rule> = { ...borders, ...mutations, ...words };

describe.each(Object.entries(rules))('%s', (name, rule) => {
  it('is kept by all subgraphs', () => {
    expect(rule(graph)).toEqual([]);
  });

  it('is kept by the sound graph', () => {
    expect(rule(sound)).toEqual([]);
  });

  it('has a seeded violation', () => {
    expect(violations.map(([broken]) => rules[broken] === rule && name)).toContain(name);
  });
});

type Violation = [rule: string, what: string, text: string, broken: string, finding: string];

const violations: Violation[] = [
  [
    'everyEntityHasAHome',
    'an entity that nobody is said to own',
    '"An amount."\ninput',
    '"A guest." type Guest @key(fields: "id") { "Its id." id: ID! @public }\n"An amount."\ninput',
    'order: Guest is not in the list of homes of this rule',
  ],
  [
    'whatCrossesABorderMayBeMissing',
    'a field that insists on its neighbour',
    'variants: [ProductVariant!]',
    'variants: [ProductVariant!]!',
    'order: Cart.variants must be nullable: it leads to the product subgraph',
  ],
  [
    'whatCrossesABorderMayBeMissing',
    "a field that insists on itself in another subgraph's type",
    'inCarts: Int',
    'inCarts: Int!',
    'order: ProductVariant.inCarts must be nullable: its type is at home in product',
  ],
  [
    'whatCrossesABorderMayBeMissing',
    'a query that takes the whole response with it',
    'cart: Cart @public',
    'cart: Cart! @public',
    'order: Query.cart must be nullable: other subgraphs answer beside it',
  ],
  [
    'everyMutationTakesAnIdempotencyKey',
    'an optional key where money moves',
    'idempotencyKey: String!',
    'idempotencyKey: String',
    'Mutation.placeOrder must take idempotencyKey: String!',
  ],
  [
    'everyMutationTakesAnIdempotencyKey',
    'a mutation that nobody has thought about',
    'addToCart(',
    'giveAway(',
    'Mutation.giveAway is in neither list of this rule',
  ],
  [
    'everyMutationAnswersAUnion',
    'a mutation that answers with bare data',
    'AddToCartPayload @signedIn',
    'Cart @signedIn',
    'Mutation.addToCart must answer AddToCartPayload, a union',
  ],
  [
    'everyMutationAnswersAUnion',
    'a mutation whose failure takes the whole answer',
    'AddToCartPayload @signedIn',
    'AddToCartPayload! @signedIn',
    'Mutation.addToCart must be nullable: its failure must not hide what others have done',
  ],
  [
    'everyMutationAnswersAUnion',
    'a union without the conflict of keys',
    'AddToCartSuccess | IdempotencyConflict',
    'AddToCartSuccess',
    'Mutation.addToCart cannot answer IdempotencyConflict',
  ],
  [
    'everyMutationAnswersAUnion',
    'a failure that is none',
    'type EmptyCart implements Failure',
    'type EmptyCart',
    'Mutation.placeOrder: EmptyCart is no Failure',
  ],
  ['everythingIsDescribed', 'a type without words', '"A cart."\n', '', 'Cart has no description'],
  ['everythingIsDescribed', 'a field without words', '"Its total."\n', '', 'Cart.total has no description'],
  [
    'everythingIsDescribed',
    'an argument without words',
    '"What." input',
    'input',
    'Mutation.placeOrder(input:) has no description',
  ],
  ['everythingIsDescribed', 'an enum value without words', '"Euro."\n', '', 'Currency.EUR has no description'],
  [
    'everythingIsDescribed',
    'an input field without words',
    '"The total seen."\n',
    '',
    'PlaceOrderInput.expectedTotal has no description',
  ],
  ['nothingIsAFloat', 'a price as a fraction', 'total: Money', 'total: Float', 'Cart.total is a Float'],
  [
    'nothingIsAFloat',
    'an argument as a fraction',
    'variant("Its id." id: ID!)',
    'variant("Its id." id: ID! "Most." price: Float)',
    'Query.variant(price:) is a Float',
  ],
  [
    'moneyIsWholeMinorUnits',
    'money as a fraction',
    'amount: Int!',
    'amount: Float!',
    'Money must be amount: Int!, currency: Currency!',
  ],
];

it.each(violations)('%s finds %s', (name, _, text, broken, finding) => {
  expect(rules[name]?.(graphOf(soundGraph(text, broken)))).toContain(finding);
});
