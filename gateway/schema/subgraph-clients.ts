/**
 * One client per subgraph and URL across supergraphs: connections, breakers and counters survive a reload. A client
 * that no supergraph refers to is closed after its last call.
 */
import type { SubgraphState } from '../upstream/metrics.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';

export type Connect = (name: string, url: string) => SubgraphClient;

export interface ClientLease {
  readonly client: Pick<SubgraphClient, 'call'>;
  /** Once, when this supergraph no longer needs it. */
  readonly release: () => void;
}

export interface SubgraphClients {
  /** Throws when the URL is invalid. */
  readonly acquire: (name: string, url: string) => ClientLease;
  readonly states: () => readonly SubgraphState[];
  readonly close: () => Promise<void>;
}

interface Entry {
  readonly client: SubgraphClient;
  holders: number;
  calls: number;
}

export const subgraphClients = (connect: Connect): SubgraphClients => {
  const open = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();

  const entryOf = (key: string, name: string, url: string): Entry => {
    const known = open.get(key);
    if (known) return known;
    const entry = { client: connect(name, url), holders: 0, calls: 0 };
    open.set(key, entry);
    return entry;
  };
  const closeIfUnused = (key: string, entry: Entry): void => {
    if (entry.holders > 0 || entry.calls > 0 || open.get(key) !== entry) return;
    open.delete(key);
    const closed = entry.client.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };

  return {
    acquire: (name, url) => {
      const key = `${name} ${url}`;
      const held = entryOf(key, name, url);
      held.holders++;
      return {
        client: {
          // A request may outlive its supergraph and call after the release: it gets a client for this call.
          call: async (...args) => {
            const entry = entryOf(key, name, url);
            entry.calls++;
            try {
              return await entry.client.call(...args);
            } finally {
              entry.calls--;
              closeIfUnused(key, entry);
            }
          },
        },
        release: () => {
          held.holders--;
          closeIfUnused(key, held);
        },
      };
    },
    states: () => [...open.values()].map(({ client }) => client.state()),
    close: async () => {
      const entries = [...open.values()];
      open.clear();
      await Promise.all([...entries.map(({ client }) => client.close()), ...closing]);
    },
  };
};
