/** The two subgraphs behind live-scene.ts: orders that a test changes, and what was paid for them. */

import type { KeyPair } from '../user/token-builders.ts';
import { aSubgraph, fixtureSchema } from './builders.ts';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;

export const liveSdls = {
  order: `${federation}
    type Query { order(id: ID!): Order }
    type Mutation { spoil(id: ID!): Order }
    type Subscription { orderUpdated(id: ID!): Order somethingElse(id: ID!): Order }
    type Order @key(fields: "id") { id: ID! status: String! version: Int! isFinal: Boolean! note(of: String): String }`,
  payment: `${federation}
    type Query { fee: Int }
    type Order @key(fields: "id") { id: ID! paid: Int }`,
};

export interface OrderFixture {
  readonly id: string;
  readonly customerId: string;
  version: number;
  status: string;
}

/** Something that tests make wait, or fail. */
export interface Tap {
  /** How often it was reached. */
  count: number;
  /** Waited for each time. */
  before: () => Promise<void> | void;
}

export const orderSubgraph = (orders: ReadonlyMap<string, OrderFixture>, reads: Tap, key: KeyPair) => {
  const show = ({ id, status, version }: OrderFixture) => ({ id, status, version, isFinal: status === 'CONFIRMED' });
  const resolvers = {
    Query: {
      order: async (_: unknown, { id }: { id: string }, { viewer }: { viewer: { kind: string; id?: string } }) => {
        const found = orders.get(id);
        if (!found || found.customerId !== viewer.id) return null;
        // As it is when the read begins: what happens while it is on its way is not in it.
        const shown = show(found);
        reads.count++;
        await reads.before();
        return shown;
      },
    },
    Mutation: { spoil: (_: unknown, { id }: { id: string }) => orders.get(id) },
    Order: {
      __resolveReference: ({ id }: { id: string }) => orders.get(id),
      note: (_: unknown, { of }: { of?: string }) => of ?? 'none',
    },
  };
  return aSubgraph('order', {}, key, fixtureSchema(liveSdls.order, resolvers));
};

export const paymentSubgraph = (payments: Tap, key: KeyPair) => {
  const paid = async () => {
    payments.count++;
    await payments.before();
    return payments.count;
  };
  return aSubgraph('payment', {}, key, fixtureSchema(liveSdls.payment, { Order: { paid } }));
};
