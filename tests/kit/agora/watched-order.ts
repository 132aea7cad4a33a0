/** An order watched as a shop's page would: the published subscription, by the client library that browsers use. */
import { print } from 'graphql';
import { createClient } from 'graphql-sse';
import { OrderUpdatesDocument, type OrderUpdatesSubscription } from '#operations/documents.generated.ts';

export type WatchedOrder = NonNullable<OrderUpdatesSubscription['orderUpdated']>;

export interface Watch {
  /** As they came. */
  readonly orders: WatchedOrder[];
  readonly codes: unknown[];
  /** How it ended: with the server's word, or broken and not to be had again. */
  readonly ended: Promise<'complete' | 'broken'>;
  readonly close: () => void;
}

export const watchOrder = (gatewayUrl: string, accessToken: string | undefined, id: string): Watch => {
  const client = createClient({
    url: gatewayUrl,
    ...(accessToken && { headers: { authorization: `Bearer ${accessToken}` } }),
    retryAttempts: 0,
  });
  const orders: WatchedOrder[] = [];
  const codes: unknown[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<'complete' | 'broken'>();
  const close = client.subscribe<OrderUpdatesSubscription>(
    { query: print(OrderUpdatesDocument), variables: { id } },
    {
      next: ({ data, errors }) => {
        if (data?.orderUpdated) orders.push(data.orderUpdated);
        codes.push(...(errors ?? []).map(({ extensions }) => extensions?.code));
      },
      complete: () => resolve('complete'),
      error: () => resolve('broken'),
    },
  );
  return { orders, codes, ended, close };
};

/** Throws when one is older than the one before it, or says the same again. Of one version there may be two: a payment went on. */
export const expectOnlyNews = (orders: readonly WatchedOrder[]): void => {
  orders.slice(1).forEach((order, index) => {
    const before = orders[index];
    if (!before) return;
    if (order.version < before.version) throw new Error(`version ${order.version} came after ${before.version}`);
    if (JSON.stringify(order) === JSON.stringify(before)) throw new Error(`version ${order.version} came twice`);
  });
};
