/** The current endpoints of a subgraph: per URL, one for each address of its host. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Endpoints, type EndpointsOptions, endpoints } from './endpoints.ts';
import { type HttpExchange, type HttpExchangeOptions, httpExchange } from './http-exchange.ts';

interface ReplicasOptions extends Omit<HttpExchangeOptions, 'url' | 'address'> {
  readonly urls: readonly string[];
  readonly lookupEveryMs: number | undefined;
  readonly lookup?: Lookup;
  readonly endpoints: Omit<EndpointsOptions, 'exchanges'>;
  readonly onReplaced: (places: readonly string[]) => void;
}

export const replicas = (options: ReplicasOptions): Endpoints => {
  const { urls, lookupEveryMs, lookup, onReplaced } = options;
  let open = new Map<string, HttpExchange>();
  /** Exchanges with the current addresses; open ones are reused with their connections. */
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

/** With a single address, or none known, each connection resolves the name itself. */
const placesOf = (urls: readonly string[], followed: FollowedAddresses | undefined): Place[] =>
  urls.flatMap((url): Place[] => {
    const addresses = followed?.of(url) ?? [];
    return addresses.length > 1 ? addresses.map((address) => ({ url, address })) : [{ url, address: undefined }];
  });

// A scaled Docker Compose service or a headless Kubernetes service has one address per replica. Connections are kept
// alive, so without repeated lookups a replica that joins later would get no traffic.
export type Lookup = (host: string) => Promise<readonly string[]>;

interface FollowedAddresses {
  /** Empty while unknown, and for hosts that are not looked up. */
  of(url: string): readonly string[];
  close(): void;
}

interface FollowOptions {
  readonly urls: readonly string[];
  readonly everyMs: number;
  readonly onChange: () => void;
  readonly lookup?: Lookup;
}

const followAddresses = ({ urls, everyMs, onChange, lookup = ofOneFamily }: FollowOptions): FollowedAddresses => {
  const known = new Map<string, readonly string[]>();
  const hosts = new Set(urls.map(hostOf).filter(hasAddresses));
  const lookUp = async (host: string): Promise<void> => {
    // DNS being down, or having lost the name, removes nobody: the endpoints themselves will show.
    const found = await lookup(host).catch(() => []);
    const addresses = [...new Set(found)].toSorted();
    if (timer === undefined || addresses.length === 0 || String(addresses) === String(known.get(host))) return;
    known.set(host, addresses);
    onChange();
  };
  let isLooking = false;
  const round = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    await Promise.all([...hosts].map(lookUp));
    isLooking = false;
  };
  let timer: NodeJS.Timeout | undefined = setInterval(() => void round(), everyMs).unref();
  void round();
  return {
    of: (url) => known.get(hostOf(url)) ?? [],
    close: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
};

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** Literal addresses need no lookup, and localhost may listen on one of its two families only. */
export const hasAddresses = (host: string): boolean =>
  isIP(host) === 0 && host !== 'localhost' && !host.endsWith('.localhost');

/**
 * Resolved as the system does, with search domains and /etc/hosts. IPv4 where available: both families lead to the same
 * replica, and one of them may lead nowhere.
 */
const ofOneFamily: Lookup = async (host) => {
  const found = await lookup(host, { all: true });
  const ipv4 = found.filter(({ family }) => family === 4);
  return (ipv4.length > 0 ? ipv4 : found).map(({ address }) => address);
};
