/** Who may ask for a field stands beside it in the SDL; platform/graphql/access.ts enforces what stands there. */
import { describe, expect, it } from 'vitest';
import { subgraphSources } from '#tools/compose.ts';
import { everyFieldHasADecision } from '#tools/contracts/rules/access.ts';
import { graphOf } from '#tools/contracts/rules/graph.ts';
import { soundGraph } from '#tools/contracts/rules/sound-graph.ts';

it('every field of every subgraph has an access decision', () => {
  expect(everyFieldHasADecision(graphOf(subgraphSources()))).toEqual([]);
});

describe('the rule', () => {
  it('is content with a graph that keeps it', () => {
    expect(everyFieldHasADecision(graphOf(soundGraph()))).toEqual([]);
  });

  it.each([
    [
      'a query without one',
      'cart: Cart @public',
      'cart: Cart',
      'order: Query.cart',
      'has no access decision of its own.',
      'Put one of @public',
    ],
    [
      'a mutation without one',
      'AddToCartPayload @signedIn',
      'AddToCartPayload',
      'order: Mutation.addToCart',
      'has no access decision of its own.',
      'Put one of @public',
    ],
    [
      'a field of an entity without one, though the type has one',
      'type Cart @key(fields: "id") {\n  "Its id."\n  id: ID! @signedIn',
      'type Cart @key(fields: "id") @signedIn {\n  "Its id."\n  id: ID!',
      'order: Cart.id',
      'has no access decision of its own.',
      'Put one of @public',
    ],
    [
      'a value type without one',
      'type EmptyCart implements Failure @signedIn',
      'type EmptyCart implements Failure',
      'order: EmptyCart.message',
      'has no access decision, nor has its type.',
      'Put one of @public',
    ],
    [
      'two at once',
      'inCarts: Int @staff',
      'inCarts: Int @staff @public',
      'order: ProductVariant.inCarts',
      'has several access decisions.',
      'Leave the one',
    ],
  ])('finds %s, and knows the way out', (_, text, broken, culprit, message, wayOut) => {
    const finding = { severity: 'breach', culprit, message, wayOut: expect.stringContaining(wayOut) };
    expect(everyFieldHasADecision(graphOf(soundGraph(text, broken)))).toContainEqual(finding);
  });
});
