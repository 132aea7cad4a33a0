/** A graph of two subgraphs that keeps every rule; the tests break it in one place at a time. */
import type { SubgraphSource } from '../../compose/composition.ts';

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
directive @public on FIELD_DEFINITION | OBJECT
directive @signedIn on FIELD_DEFINITION | OBJECT
directive @staff on FIELD_DEFINITION | OBJECT
directive @admin on FIELD_DEFINITION | OBJECT
"An amount."
type Money @shareable @public {
  "Minor units."
  amount: Int!
  "Code."
  currency: Currency!
}
"Currencies."
enum Currency {
  "Euro."
  EUR
}
`;

const order = `${head}
type Query {
  "The cart."
  cart: Cart @public
}
type Mutation {
  "Places it."
  placeOrder("The key." idempotencyKey: String! "What." input: PlaceOrderInput!): PlaceOrderPayload @signedIn
  "Adds to it."
  addToCart("The key." idempotencyKey: String): AddToCartPayload @signedIn
}
"What to place."
input PlaceOrderInput {
  "The total seen."
  expectedTotal: MoneyInput
}
"An amount."
input MoneyInput {
  "Minor units."
  amount: Int!
  "Code."
  currency: Currency!
}
"Answers."
union PlaceOrderPayload = PlaceOrderSuccess | EmptyCart | IdempotencyConflict
"Answers."
union AddToCartPayload = AddToCartSuccess | IdempotencyConflict
"Placed."
type PlaceOrderSuccess @signedIn {
  "The cart."
  cart: Cart!
}
"Added."
type AddToCartSuccess @signedIn {
  "The cart."
  cart: Cart!
}
"Failed."
interface Failure {
  "Why."
  message: String!
}
"Nothing in it."
type EmptyCart implements Failure @signedIn {
  "Why."
  message: String!
}
"Another input."
type IdempotencyConflict implements Failure @shareable @public {
  "Why."
  message: String!
}
"A cart."
type Cart @key(fields: "id") {
  "Its id."
  id: ID! @signedIn
  "What is in it."
  variants: [ProductVariant!] @signedIn
  "Its total."
  total: Money @signedIn
}
type ProductVariant @key(fields: "id") {
  "Its id."
  id: ID! @public
  "How many carts it is in."
  inCarts: Int @staff
}
`;

const product = `${head}
type Query {
  "One variant."
  variant("Its id." id: ID!): ProductVariant @public
}
"A variant."
type ProductVariant @key(fields: "id") {
  "Its id."
  id: ID! @public
  "Its price."
  price: Money! @public
}
`;

/** The sound graph with `text` replaced by `broken` wherever it stands. Throws when it stands nowhere. */
export const soundGraph = (text = '', broken = ''): SubgraphSource[] => {
  if (!`${order}${product}`.includes(text)) throw new Error(`the sound graph has no ${text}`);
  return Object.entries({ order, product }).map(([name, sdl]) => ({
    name,
    url: `http://127.0.0.1/${name}`,
    file: `${name}.graphql`,
    sdl: text ? sdl.replaceAll(text, broken) : sdl,
  }));
};
