/**
 * The addresses behind the host name of a URL, looked up again and again: a scaled service of Docker Compose, or a headless
 * one of Kubernetes, has one for each replica. A connection is made to one of them and then kept, so without this a
 * replica that joins later would get nothing.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

export type Lookup = (host: string) => Promise<readonly string[]>;

export interface FollowedAddresses {
  /** As last heard; empty while nothing is known, and for a host that is not looked up. */
  of(url: string): readonly string[];
  close(): void;
}

export interface FollowOptions {
  readonly urls: readonly string[];
  readonly everyMs: number;
  readonly onChange: () => void;
  readonly lookup?: Lookup;
}

export const followAddresses = ({
  urls,
  everyMs,
  onChange,
  lookup = ofOneFamily,
}: FollowOptions): FollowedAddresses => {
  const known = new Map<string, readonly string[]>();
  const hosts = new Set(urls.map(hostOf).filter(hasAddresses));
  const lookUp = async (host: string): Promise<void> => {
    // A name server that is away, or has just lost the name, takes nobody away: the endpoints themselves will tell.
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

/** An address is its own; and what answers as localhost may do so on one of its two families only. */
export const hasAddresses = (host: string): boolean =>
  isIP(host) === 0 && host !== 'localhost' && !host.endsWith('.localhost');

/**
 * As the system resolves names, search domains and /etc/hosts included. IPv4 where there is any: the two families of a
 * host are two ways to the same replica, and one of them may lead nowhere.
 */
const ofOneFamily: Lookup = async (host) => {
  const found = await lookup(host, { all: true });
  const ipv4 = found.filter(({ family }) => family === 4);
  return (ipv4.length > 0 ? ipv4 : found).map(({ address }) => address);
};
