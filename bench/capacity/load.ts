/** What customers do while the meters run. */

import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { newShopper, type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import { ProductPageDocument, SignInDocument } from '#operations/documents.generated.ts';

export interface LoadOptions {
  readonly gateway: string;
  readonly count: number;
  readonly atOnce: number;
  readonly signal: AbortSignal;
  readonly onDone: (done: number) => void;
}

// 60 s: an order that is not confirmed by then is stuck, and figures of a shop with stuck orders are worth nothing.
const confirmedWithinMs = 60_000;

/** `count` times `work`, so many at a time, each by one of `workers`. The first failure ends it. */
export const share = async <Worker>(
  { count, signal, onDone }: LoadOptions,
  workers: readonly Worker[],
  work: (worker: Worker, index: number) => Promise<void>,
): Promise<void> => {
  let [next, done, failed] = [0, 0, false];
  const loop = async (worker: Worker) => {
    while (next < count && !failed) {
      signal.throwIfAborted();
      await work(worker, next++);
      onDone(++done);
    }
  };
  const loops = workers.map((worker) =>
    loop(worker).catch((error) => {
      failed = true;
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(loops);
  const fault = outcomes.find((outcome) => outcome.status === 'rejected');
  if (fault) throw fault.reason;
};

/** Accounts are opened one after the other: their passwords are hashed, which is not what an order costs. */
export const openAccounts = async (gateway: string, count: number, signal: AbortSignal): Promise<Shopper[]> => {
  const shoppers: Shopper[] = [];
  while (shoppers.length < count) {
    signal.throwIfAborted();
    shoppers.push(await newShopper(gateway));
  }
  return shoppers;
};

/** Each puts `lines` different variants into the cart, places the order and waits for its end, again and again. */
export const buy =
  (shoppers: readonly Shopper[], variantIds: readonly string[], lines: number) =>
  (options: LoadOptions): Promise<void> =>
    share(options, shoppers.slice(0, options.atOnce), async (shopper, index) => {
      for (let line = 0; line < lines; line++) {
        const variantId = variantIds[(index * lines + line) % variantIds.length] ?? '';
        await shopper.add({ variantId });
      }
      const placed = await shopper.place({ paymentMethodToken: 'tok_approve', waitMs: 5_000 });
      const { order } = succeed(placed, 'PlaceOrderSuccess');
      if (order.status !== 'CONFIRMED') await shopper.orderReaches(order.id, ['CONFIRMED'], confirmedWithinMs);
    });

/** The demo customer, over and over. */
export const signIn = (options: LoadOptions): Promise<void> => {
  const guest = graphqlClient(options.gateway);
  const input = { email: 'customer@example.com', password: 'demo-customer' };
  return share(options, Array.from({ length: options.atOnce }), async () => {
    succeed((await guest.ask(SignInDocument, { input })).signIn, 'SignInSuccess');
  });
};

/** Guests who look at one product after the other. */
export const look =
  (slugs: readonly string[]) =>
  (options: LoadOptions): Promise<void> => {
    const guest = graphqlClient(options.gateway);
    return share(options, Array.from({ length: options.atOnce }), async (_, index) => {
      const slug = slugs[index % slugs.length] ?? '';
      const { product } = await guest.ask(ProductPageDocument, { slug });
      if (!product) throw new Error(`there is no "${slug}"`);
    });
  };
