/** Limits count users by account, machines by API key, and guests by address. */
import { isIPv6 } from 'node:net';
import type { Viewer } from '#contracts/viewer.ts';

/**
 * Whom a share of something is given to. A guest with a session is still one of its address: anybody may begin as many
 * sessions as they like. Ids and addresses never share a key.
 */
export const limitKey = (viewer: Viewer, ip: string): string => (viewer.kind === 'guest' ? addressKey(ip) : viewer.id);

/**
 * Of IPv6 the first 64 bits, because a household owns all addresses below them. An IPv4 address gives the same key in
 * whatever notation.
 */
export const addressKey = (ip: string): string => {
  const ipv6 = ip.replace(/%.*$/, '');
  if (!isIPv6(ipv6)) return ip;
  const groups = groupsOf(ipv6);
  const [high, low] = groups.slice(6);
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff' && high && low) return ipv4Of(high, low);
  return `${groups.slice(0, 4).join(':')}::/64`;
};

/** The eight groups of a valid address, in lower case and without leading zeros. */
const groupsOf = (ipv6: string): string[] => {
  // URL normalises the address, with an embedded IPv4 address as two groups.
  const [head = '', tail] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split('::');
  const split = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [split(head), split(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after];
};

const ipv4Of = (high: string, low: string): string =>
  [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 255])
    .join('.');
