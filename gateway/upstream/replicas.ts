/** The endpoints of a subgraph as they are at this moment: of each URL, one for each address that its host has. */
import { type FollowedAddresses, followAddresses, type Lookup } from './addresses.ts';
import { type Endpoints, type EndpointsOptions, endpoints } from './endpoints.ts';
import { type HttpExchange, type HttpExchangeOptions, httpExchange } from './http-exchange.ts';

export interface ReplicasOptions extends Omit<HttpExchangeOptions, 'url' | 'address'> {
  readonly urls: readonly string[];
  /** How often to look the hosts up; undefined for never. */
  readonly lookupEveryMs: number | undefined;
  readonly lookup?: Lookup;
  readonly endpoints: Omit<EndpointsOptions, 'exchanges'>;
  readonly onReplaced: (places: readonly string[]) => void;
}

export const replicas = (options: ReplicasOptions): Endpoints => {
  const { urls, lookupEveryMs, lookup, onReplaced } = options;
  let open = new Map<string, HttpExchange>();
  /** The exchanges with where everyone is now; those that are open already stay, with their connections. */
  const exchanges = (followed?: FollowedAddresses): HttpExchange[] => {
    const next = new Map<string, HttpExchange>();
    for (const { url, address } of placesOf(urls, followed)) {
      const key = `${url} ${address}`;
      next.set(key, open.get(key) ?? httpExchange({ ...options, url, ...(address && { address }) }));
    }
    open = next;
    return [...next.values()];
  };

  const all = endpoints({ ...options.endpoints, exchanges: exchanges() });
  if (lookupEveryMs === undefined) return all;
  const followed = followAddresses({
    urls,
    everyMs: lookupEveryMs,
    ...(lookup && { lookup }),
    onChange: () => {
      const before = [...open.values()];
      const now = exchanges(followed);
      if (now.length === before.length && now.every((exchange) => before.includes(exchange))) return;
      all.replace(now);
      onReplaced(now.map(({ place }) => place));
    },
  });
  return {
    ...all,
    close: () => {
      followed.close();
      return all.close();
    },
  };
};

interface Place {
  readonly url: string;
  readonly address: string | undefined;
}

/** With one address the name is enough, and each connection looks it up itself; as it is while nothing is known. */
const placesOf = (urls: readonly string[], followed: FollowedAddresses | undefined): Place[] =>
  urls.flatMap((url): Place[] => {
    const addresses = followed?.of(url) ?? [];
    return addresses.length > 1 ? addresses.map((address) => ({ url, address })) : [{ url, address: undefined }];
  });
