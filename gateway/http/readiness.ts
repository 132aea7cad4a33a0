/** What `/health/ready` tells of the gateway's neighbours. It is told, not weighed: without any of them it serves what it can. */
import type { Announcements } from '#platform/pubsub/announcements.ts';
import type { RedisConnection } from '#platform/redis/redis.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';

export interface Neighbours {
  /** The client as it was given, known here until it is closed. */
  readonly watch: (client: SubgraphClient) => SubgraphClient;
  readonly detail: (
    redis: RedisConnection | undefined,
    announcements: Announcements,
  ) => Readonly<Record<string, unknown>>;
}

export const neighbours = (): Neighbours => {
  const clients = new Set<SubgraphClient>();
  return {
    watch: (client) => {
      clients.add(client);
      const close = () => {
        clients.delete(client);
        return client.close();
      };
      return { ...client, close };
    },
    detail: (redis, announcements) => {
      const states = [...clients].map((client) => client.state());
      return {
        subgraphs: Object.fromEntries(states.map(({ name, ...state }) => [name, state])),
        ...(redis && { redis: standing(redis.isUp(), redis.refusal()) }),
        announcements: standing(announcements.isListening(), announcements.refusal()),
      };
    },
  };
};

const standing = (isUp: boolean, refusal: string | undefined): string => {
  if (refusal) return `refused (${refusal})`;
  return isUp ? 'up' : 'away';
};
