/** Live updates in the two clients that most storefronts use: the code of docs/live-updates.md. */
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { SetContextLink } from '@apollo/client/link/context';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-sse';
import possibleTypes, { OrderUpdatesDocument } from '#operations/documents.generated.ts';

export interface LiveClient {
  /** Calls back with each status until the stream ends. */
  watch(id: string, onStatus: (status: string | undefined) => void): Promise<void>;
}

// A function: the token of the moment, also when the stream is opened again.
const streams = (url: string, token: () => string) =>
  createClient({ url, headers: () => ({ authorization: `Bearer ${token()}` }) });

export const apolloClient = (url: string, token: () => string): LiveClient => {
  const link = new SetContextLink(({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${token()}` },
  })).concat(new HttpLink({ uri: url }));
  const client = new ApolloClient({ link, cache: new InMemoryCache(possibleTypes) });
  return {
    watch: (id, onStatus) =>
      new Promise((resolve, reject) => {
        client
          .subscribe({ query: OrderUpdatesDocument, variables: { id } })
          .subscribe({ next: ({ data }) => onStatus(data?.orderUpdated?.status), error: reject, complete: resolve });
      }),
  };
};

export const urqlClient = (url: string, token: () => string): LiveClient => {
  const sse = streams(url, token);
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: sse.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never),
          }),
        }),
      }),
    ],
  });
  return {
    watch: (id, onStatus) =>
      new Promise((resolve) => {
        client.subscription(OrderUpdatesDocument, { id }).subscribe(({ data, hasNext }) => {
          onStatus(data?.orderUpdated?.status);
          if (hasNext === false) resolve();
        });
      }),
  };
};
