/** Orders that a test can change, behind gateways that tell of it: real HTTP, real streams, real change notifications. */

import { randomBytes } from 'node:crypto';
import { createClient } from 'graphql-sse';
import { apiKeyHash, writeApiKey } from '#contracts/api-key.ts';
import { newId } from '#contracts/ids.ts';
import { type ChangeNotifications, createChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { recordedLog } from '../observability/recorded-log.ts';
import { anAccessToken, keyPair, keyServer } from '../user/token-builders.ts';
import { until } from '../vitest/until.ts';
import { aGateway, aSubgraph, fixtureSchema, type GatewayFixture, supergraphOf } from './gateway.ts';

export interface LiveFixture {
  readonly gateways: GatewayFixture[];
  /** Reads of an order in its subgraph. */
  readonly reads: Hook;
  readonly payments: Hook;
  readonly changes: ChangeNotifications;
  anOrder(customerId?: string): OrderFixture;
  /** Changes the order, and publishes that unless the test wants it to be lost. */
  change(order: OrderFixture, status: string, options?: { silently?: boolean }): Promise<void>;
  open(order: { readonly id: string }, options?: OpenOptions): Promise<OpenStream>;
  tokenOf(customerId: string, expiresInSeconds?: number): Promise<string>;
  /** Its id may be an order's customer. */
  anApiKey(expiresInSeconds: number): { readonly id: string; readonly key: string };
  /** Each verdict on a key waits for this from now on. */
  holdVerdicts(release: () => Promise<void>): void;
  /** Ends what was issued to a customer until now, and tells of it unless the test wants that to be lost. */
  deny(customerId: string, options?: { silently?: boolean }): Promise<void>;
  closeGateways(): Promise<void>;
  /** The rest, and the gateways unless they are closed already. */
  close(): Promise<void>;
}

interface OpenOptions {
  readonly gateway?: GatewayFixture | undefined;
  readonly selection?: string;
  readonly query?: string;
  readonly variables?: Record<string, unknown>;
  readonly token?: string;
  readonly path?: string;
  readonly retryAttempts?: number;
}

type Update = {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
};

export interface OpenStream {
  readonly updates: Update[];
  /** The statuses that came, in their order. */
  statuses(): unknown[];
  codes(): unknown[];
  readonly state: { ended: 'complete' | 'error' | undefined; error?: unknown };
  readonly close: () => void;
}

export const orderStream = 'subscription ($id: ID!) { orderUpdated(id: $id) { id status } }';

export const liveFixture = async (environment: Record<string, string>, howMany = 1): Promise<LiveFixture> => {
  const tokenKey = await keyPair('token');
  const keys = await keyServer([tokenKey.publicKey]);
  const orders = new Map<string, OrderFixture>();
  const reads: Hook = { count: 0, before: () => undefined };
  const payments: Hook = { count: 0, before: () => undefined };
  const [order, payment] = await Promise.all([orderSubgraph(orders, reads), paymentSubgraph(payments)]);
  const gateways = await Promise.all(
    Array.from({ length: howMany }, () =>
      aGateway({
        SUPERGRAPH_SDL: supergraphOf(liveSdls),
        ORDER_SUBGRAPH_URL: order.url,
        PAYMENT_SUBGRAPH_URL: payment.url,
        ACCESS_TOKEN_JWKS_URL: keys.url,
        LIVE_ALONE_MS: '60000',
        LIVE_SAFETY_MS: '60000',
        ...environment,
      }),
    ),
  );
  const changes = createChangeNotifications(environment, recordedLog().log);
  let gatewaysClosed: Promise<unknown> | undefined;
  const closeGateways = async () => {
    gatewaysClosed ??= Promise.all(gateways.map((gateway) => gateway.close()));
    await gatewaysClosed;
  };

  return {
    gateways,
    reads,
    payments,
    changes,
    anOrder: (customerId = newId('User')) => {
      const made = { id: newId('Order'), customerId, version: 1, status: 'PLACED' };
      orders.set(made.id, made);
      return made;
    },
    change: async (it, status, { silently = false } = {}) => {
      it.status = status;
      it.version++;
      if (!silently) await changes.publish({ about: { type: 'Order', id: it.id }, version: it.version });
    },
    open: async ({ id }, options = {}) => {
      const { gateway = gateways[0], selection = 'id status', path = '/graphql/stream', retryAttempts = 0 } = options;
      const owner = orders.get(id)?.customerId ?? newId('User');
      const token = options.token ?? (await anAccessToken(tokenKey, { sub: owner }));
      return openStream(`${gateway?.url}${path}`, token, retryAttempts, {
        query: options.query ?? `subscription ($id: ID!) { orderUpdated(id: $id) { ${selection} } }`,
        variables: options.variables ?? { id },
      });
    },
    tokenOf: (sub, expiresInSeconds = 900) => anAccessToken(tokenKey, { sub, expiresInSeconds }),
    anApiKey: (expiresInSeconds) => {
      const id = newId('ApiKey');
      const key = writeApiKey(id, randomBytes(20));
      keys.apiKeys.set(apiKeyHash(key), { valid: true, id, permissions: [], expiresInSeconds });
      return { id, key };
    },
    holdVerdicts: (release) => {
      keys.beforeVerdict = release;
    },
    deny: async (subject, { silently = false } = {}) => {
      keys.deny(subject);
      if (!silently) await changes.publish({ about: { type: 'Session', id: subject } });
    },
    closeGateways,
    close: async () => {
      await Promise.all([closeGateways(), changes.close()]);
      await Promise.all([order.close(), payment.close(), keys.close()]);
    },
  };
};

/** With the client library that browsers use. */
const openStream = (
  url: string,
  token: string,
  retryAttempts: number,
  operation: { query: string; variables: Record<string, unknown> },
): OpenStream => {
  const headers = token ? { authorization: `Bearer ${token}` } : undefined;
  const client = createClient({ url, ...(headers && { headers }), retryAttempts, retry: async () => undefined });
  const updates: Update[] = [];
  const state: OpenStream['state'] = { ended: undefined };
  const close = client.subscribe(operation, {
    next: (update) => void updates.push(update as unknown as Update),
    complete: () => {
      state.ended ??= 'complete';
    },
    error: (error) => {
      state.ended = 'error';
      state.error = error;
    },
  });
  return {
    updates,
    state,
    close,
    statuses: () => updates.map(({ data }) => (Object.values(data ?? {})[0] as { status?: unknown } | null)?.status),
    codes: () => updates.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code)),
  };
};

/** Waits for this status to come. */
export const untilStatus = (stream: OpenStream, status: string, withinMs = 10_000): Promise<void> =>
  until(`the status ${status}`, () => stream.statuses().includes(status), withinMs);

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

interface OrderFixture {
  readonly id: string;
  readonly customerId: string;
  version: number;
  status: string;
}

/** Something that tests make wait, or fail. */
interface Hook {
  /** How often it was reached. */
  count: number;
  /** Waited for each time. */
  before: () => Promise<void> | void;
}

const orderSubgraph = (orders: ReadonlyMap<string, OrderFixture>, reads: Hook) => {
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
  return aSubgraph('order', {}, fixtureSchema(liveSdls.order, resolvers));
};

const paymentSubgraph = (payments: Hook) => {
  const paid = async () => {
    payments.count++;
    await payments.before();
    return payments.count;
  };
  return aSubgraph('payment', {}, fixtureSchema(liveSdls.payment, { Order: { paid } }));
};
