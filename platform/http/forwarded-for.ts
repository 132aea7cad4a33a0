/** `x-forwarded-for` as proxies really write it, so that an address is one address whatever port its client came from. */
import { isIP } from 'node:net';

const withPort = /^(?:\[(?<bracketed>[^\]]+)\]|(?<ipv4>[^:]+))(?::\d{1,5})?$/;

/** The address of one entry, without a port; undefined when it is none ("unknown", a name, anything a client made up). */
const addressIn = (entry: string): string | undefined => {
  const groups = withPort.exec(entry)?.groups;
  const address = groups?.bracketed ?? groups?.ipv4 ?? entry;
  return isIP(address) ? address : undefined;
};

/**
 * The addresses of the header, as far as they can be told: what stands before an entry that is no address was written by
 * whoever wrote that, so the nearest proxy that gave one counts in its place.
 */
export const forwardedFor = (header: string): string => {
  const addresses: string[] = [];
  for (const entry of header.split(',').reverse()) {
    const address = addressIn(entry.trim());
    if (!address) break;
    addresses.unshift(address);
  }
  return addresses.join(', ');
};
