/** Rules that all four SDLs keep. Each has a violation here that it must find: a rule that cannot fail is none. */
import { describe, expect, it } from 'vitest';
import { subgraphSources } from '#tools/compose.ts';
import * as borders from '#tools/contracts/rules/borders.ts';
import { graphOf, type Rule } from '#tools/contracts/rules/graph.ts';
import * as mutations from '#tools/contracts/rules/mutations.ts';
import { soundGraph } from '#tools/contracts/rules/sound-graph.ts';
import * as words from '#tools/contracts/rules/words.ts';

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

type Violation = [rule: string, what: string, text: string, broken: string, finding: string, wayOut: RegExp];

const violations: Violation[] = [
  [
    'everyEntityHasAHome',
    'an entity that nobody is said to own',
    '"An amount."\ninput',
    '"A guest." type Guest @key(fields: "id") { "Its id." id: ID! @public }\n"An amount."\ninput',
    'order: Guest is an entity that no subgraph is said to own.',
    /`homes` of tools\/contracts\/rules\/borders\.ts/,
  ],
  [
    'whatCrossesABorderMayBeMissing',
    'a field that insists on its neighbour',
    'variants: [ProductVariant!]',
    'variants: [ProductVariant!]!',
    'order: Cart.variants must be nullable: it leads to the product subgraph.',
    /Take away its "!"/,
  ],
  [
    'whatCrossesABorderMayBeMissing',
    "a field that insists on itself in another subgraph's type",
    'inCarts: Int',
    'inCarts: Int!',
    'order: ProductVariant.inCarts must be nullable: its type is at home in product.',
    /Take away its "!"/,
  ],
  [
    'whatCrossesABorderMayBeMissing',
    'a query that takes the whole response with it',
    'cart: Cart @public',
    'cart: Cart! @public',
    'order: Query.cart must be nullable: other subgraphs answer beside it.',
    /Take away its "!"/,
  ],
  [
    'everyMutationTakesAnIdempotencyKey',
    'an optional key where money moves',
    'idempotencyKey: String!',
    'idempotencyKey: String',
    'Mutation.placeOrder must take idempotencyKey: String!.',
    /Add the argument idempotencyKey: String! in the SDL/,
  ],
  [
    'everyMutationTakesAnIdempotencyKey',
    'a mutation that nobody has thought about',
    'addToCart(',
    'giveAway(',
    'Mutation.giveAway has not been said to move money or stock, or to move neither.',
    /two lists of tools\/contracts\/rules\/mutations\.ts/,
  ],
  [
    'everyMutationAnswersAUnion',
    'a mutation that answers with bare data',
    'AddToCartPayload @signedIn',
    'Cart @signedIn',
    'Mutation.addToCart must answer AddToCartPayload, a union.',
    /Write union AddToCartPayload = AddToCartSuccess/,
  ],
  [
    'everyMutationAnswersAUnion',
    'a mutation whose failure takes the whole answer',
    'AddToCartPayload @signedIn',
    'AddToCartPayload! @signedIn',
    'Mutation.addToCart must be nullable: its failure must not hide what others have done.',
    /Take away the "!"/,
  ],
  [
    'everyMutationAnswersAUnion',
    'a union without the conflict of keys',
    'AddToCartSuccess | IdempotencyConflict',
    'AddToCartSuccess',
    'Mutation.addToCart cannot answer IdempotencyConflict.',
    /Make IdempotencyConflict a member of AddToCartPayload/,
  ],
  [
    'everyMutationAnswersAUnion',
    'a failure that is none',
    'type EmptyCart implements Failure',
    'type EmptyCart',
    'Mutation.placeOrder can answer EmptyCart, which is no Failure.',
    /Let EmptyCart implement Failure/,
  ],
  [
    'everythingIsDescribed',
    'a type without words',
    '"A cart."\n',
    '',
    'Cart has no description.',
    /^Write one above it/,
  ],
  [
    'everythingIsDescribed',
    'a field without words',
    '"Its total."\n',
    '',
    'Cart.total has no description.',
    /^Write one above it/,
  ],
  [
    'everythingIsDescribed',
    'an argument without words',
    '"What." input',
    'input',
    'Mutation.placeOrder(input:) has no description.',
    /^Write one above it/,
  ],
  [
    'everythingIsDescribed',
    'an enum value without words',
    '"Euro."\n',
    '',
    'Currency.EUR has no description.',
    /^Write one above it/,
  ],
  [
    'everythingIsDescribed',
    'an input field without words',
    '"The total seen."\n',
    '',
    'PlaceOrderInput.expectedTotal has no description.',
    /^Write one above it/,
  ],
  [
    'nothingIsAFloat',
    'a price as a fraction',
    'total: Money',
    'total: Float',
    'Cart.total is a Float, which cannot hold every decimal fraction.',
    /Count in a smaller unit, as an Int/,
  ],
  [
    'nothingIsAFloat',
    'an argument as a fraction',
    'variant("Its id." id: ID!)',
    'variant("Its id." id: ID! "Most." price: Float)',
    'Query.variant(price:) is a Float, which cannot hold every decimal fraction.',
    /Count in a smaller unit, as an Int/,
  ],
  [
    'moneyIsWholeMinorUnits',
    'money as a fraction',
    'amount: Int!',
    'amount: Float!',
    'Money must be amount: Int!, currency: Currency!.',
    /put what is new beside it/,
  ],
];

it.each(violations)('%s finds %s, and knows the way out', (name, _, text, broken, finding, wayOut) => {
  const found = rules[name]?.(graphOf(soundGraph(text, broken))) ?? [];
  const meant = found.find(({ culprit, message }) => `${culprit} ${message}` === finding);
  expect(meant, JSON.stringify(found)).toMatchObject({ wayOut: expect.stringMatching(wayOut) });
});
