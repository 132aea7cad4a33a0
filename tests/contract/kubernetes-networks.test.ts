/** The table of connections that the network policies are held against is docker-compose.yml's own. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { allowedConnections } from '#tools/deployment/kubernetes/networks.ts';

describe('the networks', () => {
  const Compose = z.object({ services: z.record(z.string(), z.object({ networks: z.array(z.string()).optional() })) });
  const { services } = Compose.parse(parse(readFileSync('docker-compose.yml', 'utf8')));
  const inCluster: Record<string, string> = { edge: 'ingress-nginx' };
  const everybody = membersOf(Object.values(allowedConnections).flat());

  // DNS is Docker's own business there.
  test.each(Object.entries(allowedConnections).filter(([network]) => network !== 'dns'))(
    '%s has the members that it has in docker-compose.yml',
    (network, connections) => {
      const members = Object.entries(services)
        .filter(([, { networks }]) => networks?.includes(network))
        .map(([name]) => inCluster[name] ?? name)
        .filter((name) => everybody.includes(name));
      expect(membersOf(connections)).toEqual(members.sort());
    },
  );
});

function membersOf(connections: readonly string[]): string[] {
  return [...new Set(connections.flatMap((line) => line.replace(/:\d+$/, '').split(' → ')))].sort();
}
