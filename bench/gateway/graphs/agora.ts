/** Agora's own graph, and some of the operations that its clients are published with. Its subgraphs' answers are invented. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { subgraphSources } from '#tools/compose.ts';
import type { Ask, Graph, Handwritten, Operation } from './graph.ts';

const published = (file: string, operationName: string, variables: Operation['variables'] = {}): Operation => ({
  query: readFileSync(path.join(import.meta.dirname, '../../../operations', file), 'utf8'),
  operationName,
  variables,
});

const operations = {
  'one-fetch': published('storefront/product-page.graphql', 'ProductPage', { slug: 'lamp', language: 'EN' }),
  'list-of-100': published('storefront/browse.graphql', 'Browse', { first: 100, language: 'EN', currency: 'EUR' }),
  'entity-chain': published('storefront/order-page.graphql', 'OrderPage', { id: 'Order-1' }),
  'four-subgraphs': published('playground/10-watch-my-orders.graphql', 'WatchMyOrders'),
  mutation: published('storefront/add-to-cart.graphql', 'AddToCart', {
    input: { variantId: 'ProductVariant-1', quantity: 1 },
  }),
} satisfies Record<string, Operation>;

/** What one subgraph answers alone. */
const passedOn =
  (subgraph: string, operation: Operation): Handwritten =>
  (ask) =>
    ask(subgraph, operation);

type Fields = Readonly<Record<string, unknown>>;
interface Identified extends Fields {
  readonly id: string;
}
interface Line extends Fields {
  readonly variant: Identified;
}

/** The entities of a type by their ids, each asked for once. */
const entities = async (
  ask: Ask,
  subgraph: string,
  type: string,
  ids: readonly string[],
  selection: string,
): Promise<(id: string) => Fields> => {
  const distinct = [...new Set(ids)];
  const { _entities: found } = await ask(subgraph, {
    query: `query ($all: [_Any!]!) { _entities(representations: $all) { ... on ${type} { ${selection} } } }`,
    variables: { all: distinct.map((id) => ({ __typename: type, id })) },
  });
  const byId = new Map(distinct.map((id, at) => [id, (found as Fields[])[at] ?? {}]));
  return (id) => byId.get(id) ?? {};
};

interface WatchedOrder extends Identified {
  readonly customer: Identified;
  readonly lines: readonly Line[];
}
const watchedQuery = `{ orders(first: 3) { edges { node {
  id number status paymentStatus nextActions customer { id } lines { title quantity variant { id } }
  timeline { occurredAt status description }
} } } }`;

const watchMyOrders: Handwritten = async (ask) => {
  const { orders } = (await ask('order', { query: watchedQuery })) as {
    orders: { edges: { node: WatchedOrder }[] };
  };
  const nodes = orders.edges.map(({ node }) => node);
  const variantIds = nodes.flatMap(({ lines }) => lines.map(({ variant }) => variant.id));
  const [variantOf, customerOf, paymentsOf] = await Promise.all([
    entities(ask, 'product', 'ProductVariant', variantIds, 'availability'),
    entities(
      ask,
      'user',
      'User',
      nodes.map(({ customer }) => customer.id),
      'displayName',
    ),
    entities(
      ask,
      'payment',
      'Order',
      nodes.map(({ id }) => id),
      'payments { status ledger { kind amount { amount currency } } }',
    ),
  ]);
  const edges = nodes.map(({ id, number, status, paymentStatus, nextActions, customer, lines, timeline }) => ({
    node: {
      number,
      status,
      paymentStatus,
      nextActions,
      customer: customerOf(customer.id),
      lines: lines.map(({ title, quantity, variant }) => ({ title, quantity, variant: variantOf(variant.id) })),
      payments: paymentsOf(id).payments,
      timeline,
    },
  }));
  return { orders: { edges } };
};

const money = '{ amount currency }';
const orderQuery = `query ($id: ID!) { order(id: $id) {
  id number status paymentStatus fulfilmentStatus version expiresAt total ${money}
  contactEmail note giftMessage shippingAddress { lines } billingAddress { lines }
  lines { sku title quantity total ${money} variant { id } }
  failure { __typename message }
  timeline { occurredAt status description detail amount ${money} }
  nextActions
  paymentAction { paymentId actionUrl }
} }`;

const orderPage: Handwritten = async (ask) => {
  const id = String(operations['entity-chain'].variables?.id);
  const { order } = (await ask('order', { query: orderQuery, variables: { id } })) as {
    order: Identified & { lines: Line[] };
  };
  const { lines, contactEmail, note, giftMessage, shippingAddress, billingAddress, ...others } = order;
  const { failure, timeline, nextActions, paymentAction, ...head } = others;
  const [variantOf, paid] = await Promise.all([
    entities(
      ask,
      'product',
      'ProductVariant',
      lines.map(({ variant }) => variant.id),
      'availability product { slug }',
    ),
    entities(
      ask,
      'payment',
      'Order',
      [order.id],
      `balance ${money} payments { id status captured ${money} refunded ${money} }`,
    ),
  ]);
  const { balance, payments } = paid(order.id);
  return {
    order: {
      ...head,
      balance,
      contactEmail,
      note,
      giftMessage,
      shippingAddress,
      billingAddress,
      lines: lines.map(({ variant, ...line }) => ({ ...line, variant: variantOf(variant.id) })),
      payments,
      failure,
      timeline,
      nextActions,
      paymentAction,
    },
  };
};

export const agoraGraph: Graph = {
  name: 'agora',
  subgraphs: subgraphSources().map(({ name, sdl }) => ({ name, sdl })),
  operations,
  handwritten: {
    'one-fetch': passedOn('product', operations['one-fetch']),
    'list-of-100': passedOn('product', operations['list-of-100']),
    'entity-chain': orderPage,
    'four-subgraphs': watchMyOrders,
    mutation: passedOn('order', operations.mutation),
  },
};
