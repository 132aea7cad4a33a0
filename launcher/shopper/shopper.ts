/** A customer of the shop, speaking the storefront's own operations: for the demo, the benchmarks and the tests. */
import { randomUUID } from 'node:crypto';
import * as storefront from '#operations/documents.generated.ts';
import { type GraphqlClient, type GraphqlClientOptions, graphqlClient } from './graphql-client.ts';

export type OrderView = NonNullable<storefront.OrderPageQuery['order']>;
export type PlacedOrder = NonNullable<storefront.PlaceOrderMutation['placeOrder']>;

export interface Wish {
  readonly variantId: string;
  readonly quantity?: number;
}

/** Without an `expectedTotal` it is the one that was shown last. */
export type Placing = Omit<storefront.PlaceOrderInput, 'expectedTotal'> & {
  readonly expectedTotal?: storefront.MoneyInput | null;
};

/** Somebody with a session. */
export interface Customer {
  readonly client: GraphqlClient;
  /** For what goes another way than the client's: a stream. */
  readonly accessToken: string;
  add(wish: Wish): Promise<void>;
  /** Places what is in the cart, at the total that adding to it has shown. The key is a new one unless given. */
  place(input: Placing, idempotencyKey?: string): Promise<PlacedOrder>;
  order(id: string): Promise<OrderView>;
  /** Asks until the order's status is one of these; throws with the timeline when it takes too long. */
  orderReaches(id: string, statuses: readonly OrderView['status'][], withinMs?: number): Promise<OrderView>;
}

export interface Shopper extends Customer {
  readonly email: string;
  readonly password: string;
  readonly userId: string;
}

/** A customer without an account. */
export interface Guest extends Customer {
  readonly guestId: string;
  /** What was the guest's is the user's from then on. */
  signIn(credentials: Credentials): Promise<Shopper>;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Throws unless the payload is the success named. */
export const succeed = <P extends { __typename: string }, N extends P['__typename']>(
  payload: P | null | undefined,
  name: N,
): Extract<P, { __typename: N }> => {
  if (payload?.__typename !== name) throw new Error(`expected ${name}, got ${JSON.stringify(payload)}`);
  return payload as Extract<P, { __typename: N }>;
};

/** Opens an account nobody had before and signs in to it. */
export const newShopper = async (gatewayUrl: string, options?: GraphqlClientOptions): Promise<Shopper> =>
  shopperOf(gatewayUrl, await newAccount(gatewayUrl, options), options);

/** Opens an account nobody had before. */
export const newAccount = async (gatewayUrl: string, options?: GraphqlClientOptions): Promise<Credentials> => {
  const credentials = { email: `shopper-${randomUUID()}@example.com`, password: randomUUID() };
  const { register } = await graphqlClient(gatewayUrl, undefined, options).ask(storefront.RegisterDocument, {
    idempotencyKey: randomUUID(),
    input: { ...credentials, displayName: 'Sam Shopper' },
  });
  succeed(register, 'RegisterSuccess');
  return credentials;
};

/** Starts a session without an account. */
export const newGuest = async (gatewayUrl: string, options?: GraphqlClientOptions): Promise<Guest> => {
  const { startGuestSession } = await graphqlClient(gatewayUrl, undefined, options).ask(
    storefront.StartGuestSessionDocument,
  );
  const { guestId, tokens } = succeed(startGuestSession, 'StartGuestSessionSuccess');
  const client = graphqlClient(gatewayUrl, tokens.accessToken, options);
  return {
    ...customer(client, tokens.accessToken),
    guestId,
    signIn: (credentials) => signIn(client, gatewayUrl, credentials, options),
  };
};

/** Signs in to an account that exists. */
export const shopperOf = (
  gatewayUrl: string,
  credentials: Credentials,
  options?: GraphqlClientOptions,
): Promise<Shopper> => signIn(graphqlClient(gatewayUrl, undefined, options), gatewayUrl, credentials, options);

const signIn = async (
  client: GraphqlClient,
  gatewayUrl: string,
  credentials: Credentials,
  options?: GraphqlClientOptions,
): Promise<Shopper> => {
  const { signIn } = await client.ask(storefront.SignInDocument, { input: credentials });
  const { accessToken, user } = succeed(signIn, 'SignInSuccess');
  return {
    ...customer(graphqlClient(gatewayUrl, accessToken, options), accessToken),
    ...credentials,
    userId: user.id,
  };
};

// 100 ms between two looks: prompt for a person, and a light load when fifty shoppers look at once.
const lookEveryMs = 100;

const customer = (client: GraphqlClient, accessToken: string): Customer => {
  const order = async (id: string) => {
    const found = (await client.ask(storefront.OrderPageDocument, { id })).order;
    if (!found) throw new Error(`order ${id} is not there`);
    return found;
  };
  /** The cart's total, as the last answer had it. */
  let shown: storefront.MoneyInput | null | undefined;
  return {
    client,
    accessToken,
    order,
    add: async (input) => {
      const { addToCart } = await client.ask(storefront.AddToCartDocument, { idempotencyKey: randomUUID(), input });
      shown = succeed(addToCart, 'AddToCartSuccess').cart.total;
    },
    place: async ({ expectedTotal, ...input }, idempotencyKey = randomUUID()) => {
      shown ??= (await client.ask(storefront.CartDocument)).cart?.total;
      const agreed = expectedTotal ?? shown ?? { amount: 0, currency: 'EUR' };
      const { placeOrder } = await client.ask(storefront.PlaceOrderDocument, {
        idempotencyKey,
        input: { ...input, expectedTotal: { amount: agreed.amount, currency: agreed.currency } },
      });
      if (!placeOrder) throw new Error('placeOrder answered null without an error');
      return placeOrder;
    },
    orderReaches: async (id, statuses, withinMs = 30_000) => {
      const deadline = Date.now() + withinMs;
      for (;;) {
        // A gateway or subgraph that is down for the moment answers with errors: the next look may do better.
        const found = await order(id).catch((error: Error) => error);
        if (!(found instanceof Error) && statuses.includes(found.status)) return found;
        if (Date.now() > deadline)
          throw new Error(`order ${id} did not reach ${statuses.join('/')} in ${withinMs} ms: ${describe(found)}`);
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
  };
};

const describe = (found: OrderView | Error): string =>
  found instanceof Error
    ? found.message
    : found.timeline
        .map(({ occurredAt, status, description }) => `\n  ${occurredAt} ${status} ${description}`)
        .join('');

/** The first variant of a product of the seed that has stock. */
export const variantOf = async (shopper: Customer, slug: string) => {
  const { product } = await shopper.client.ask(storefront.ProductPageDocument, { slug }, { fresh: true });
  const variant = product?.variants.find(({ availability }) => availability === 'IN_STOCK');
  if (!variant) throw new Error(`there is no "${slug}" in stock`);
  return variant;
};
