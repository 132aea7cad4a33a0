/** Whom a limit counts: a person is counted as an account, a guest by address. */
import { isIPv6 } from 'node:net';
import type { Viewer } from '#contracts/viewer.ts';

/** What a limit counts a viewer under. Accounts and addresses never share a key. */
export const limitKey = (viewer: Viewer, ip: string): string => (viewer.kind === 'user' ? viewer.id : addressKey(ip));

/**
 * What a limit counts an address under. Of IPv6 that is the first 64 bits: a household has all addresses below them,
 * and could otherwise use each once. An IPv4 address is the same however it is written.
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
  // URL shortens the address in the one canonical way, with an embedded IPv4 address as two groups.
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
