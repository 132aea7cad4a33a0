/** Each rule finds its violation, seeded in the real SDLs: a rule that cannot fail protects nothing. */
import { expect, it } from 'vitest';
import { access, liveFields, nullability, wording } from './schema-rules.ts';
import { findings, withChangedSdl } from './seeded.ts';

it.each([
  [
    nullability,
    'an entity without an owner',
    '"The order."\n  node: Order!\n}',
    '"The order."\n  node: Order!\n}\n"A guest."\ntype Guest @key(fields: "id") { "Its id." id: ID! @public }',
    /^violation order: Guest: is an entity without an owner/,
  ],
  [
    nullability,
    'a field that requires its neighbour',
    '  variant: ProductVariant\n',
    '  variant: ProductVariant!\n',
    /^violation order: CartLine\.variant: must be nullable: it refers to the product subgraph\. → Remove its "!"/,
  ],
  [
    nullability,
    'a field on an entity of a neighbour',
    '  cart: Cart @signedIn',
    '  cart: Cart! @signedIn',
    /^violation order: User\.cart: must be nullable: its type is owned by user/,
  ],
  [
    nullability,
    'a query that takes the whole response with it',
    'cart: Cart @identified',
    'cart: Cart! @identified',
    /^violation order: Query\.cart: must be nullable: other subgraphs/,
  ],
  [
    access,
    'a query without a decision',
    'cart: Cart @identified',
    'cart: Cart',
    /Query\.cart: has no access decision of/,
  ],
  [
    access,
    'a mutation without a decision',
    'AddToCartPayload @identified',
    'AddToCartPayload',
    /Mutation\.addToCart: has no access decision of its own\. → Add one of @public/,
  ],
  [
    access,
    'a field of an entity without a decision, though its type has one',
    /type Cart @key\(fields: "id"\) \{\n(.*\n) {2}id: ID! @identified/,
    'type Cart @key(fields: "id") @identified {\n$1  id: ID!',
    /^violation order: Cart\.id: has no access decision of its own/,
  ],
  [
    access,
    'a value type without a decision',
    'type EmptyCart implements Failure @identified',
    'type EmptyCart implements Failure',
    /EmptyCart\.message: has no access decision, nor does its type/,
  ],
  [
    access,
    'two decisions',
    'cart: Cart @identified',
    'cart: Cart @identified @public',
    /Query\.cart: has several access/,
  ],
  [
    access,
    'an optional key where money moves',
    /(placeOrder\([^)]*)idempotencyKey: String!/,
    '$1idempotencyKey: String',
    /^violation Mutation\.placeOrder: must take idempotencyKey: String!/,
  ],
  [access, 'a mutation in neither list', 'addToCart(', 'giveAway(', /Mutation\.giveAway: is not in a service\.ts/],
  [
    access,
    'bare data',
    'AddToCartPayload @identified',
    'Cart @identified',
    /addToCart: must return the union AddToCartP/,
  ],
  [access, 'a required payload', 'AddToCartPayload @', 'AddToCartPayload! @', /addToCart: must be nullable: its error/],
  [
    access,
    'a union without the conflict of keys',
    'RemoveFromCartSuccess | CartLineNotFound | IdempotencyConflict',
    'RemoveFromCartSuccess | CartLineNotFound',
    /removeFromCart: cannot return IdempotencyConflict/,
  ],
  [
    access,
    'a failure that is not one',
    'EmptyCart implements Failure',
    'EmptyCart',
    /return EmptyCart, which is not a/,
  ],
  [wording, 'an undescribed type', '"A paginated list of orders."\n', '', /^violation OrderConnection: has no descr/],
  [wording, 'an undescribed field', '"Order total."\n', '', /^violation Order\.total: has no description/],
  [wording, 'an undescribed argument', '"Order to act on."\n', '', /Mutation\.cancelOrder\(input:\): has no descr/],
  [wording, 'an undescribed enum value', '"Not shipped yet."\n', '', /FulfilmentStatus\.UNFULFILLED: has no desc/],
  [
    wording,
    'an undescribed input field',
    '"New number of units, 1 to 99."\n',
    '',
    /ChangeCartLineInput\.quantity: has/,
  ],
  [wording, 'a fraction', 'version: Int!', 'version: Float!', /^violation Order\.version: is a Float.*→ Use an Int/],
  [
    wording,
    'a fraction as an argument',
    'orderUpdated(',
    'orderUpdated("Odd." than: Float ',
    /Subscription\.orderUpdated\(than:\): is a/,
  ],
  [liveFields, 'a live field without its query', 'orderUpdated(', 'orderChanged(', /orderChanged: is not the query of/],
  [liveFields, 'a live type without versions', 'version: Int!', 'count: Int!', /orderUpdated: needs version: Int!/],
  [wording, 'money as a fraction', /amount: Int!/g, 'amount: Int', /^violation Money: must be amount: Int!/],
])('finds $1', async (check, _, from, to, finding) => {
  expect(await findings(check, withChangedSdl('order', from, to))).toContainEqual(expect.stringMatching(finding));
});

it('a field that @requires data of a neighbour copes without it', async () => {
  const found = (type: string) =>
    findings(
      nullability,
      withChangedSdl(
        'order',
        /type ProductVariant @key\(fields: "id", resolvable: false\) \{/,
        `type ProductVariant @key(fields: "id") { "Theirs." sku: String! @external
         "Ours." label: ${type} @public @requires(fields: "sku")`,
        withChangedSdl('order', 'import: ["@key",', 'import: ["@key", "@external", "@requires",'),
      ),
    );
  expect(await found('String!')).toContainEqual(
    expect.stringMatching(/^violation order: ProductVariant\.label: requires data .* not nullable/),
  );
  expect(await found('String')).toEqual([
    expect.stringMatching(/^violation order: ProductVariant\.label: has no test .*with and without what it requires/),
  ]);
});
