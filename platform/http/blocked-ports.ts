/**
 * Ports that `fetch` does not open, in browsers and in Node, because other protocols live there: the "bad ports" of
 * https://fetch.spec.whatwg.org/#port-blocking from 1024 on. A service on one of them runs, and nobody reaches it.
 */
export const blockedPorts: readonly number[] = [
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697],
  10_080,
];

export const isBlockedPort = (port: number): boolean => blockedPorts.includes(port);
