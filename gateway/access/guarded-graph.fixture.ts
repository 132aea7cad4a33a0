/** A composed supergraph with conditions of all kinds, in front of subgraphs that enforce nothing. */
import type { Permission } from '#contracts/permissions.ts';
import {
  aGateway,
  aSubgraph,
  fixtureSchema,
  type GatewayFixture,
  type GatewayReply,
  supergraphOf,
} from '#kit/gateway/gateway.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@authenticated", "@policy", { name: "@requiresScopes", as: "@scoped" }])`;
const userSdl = `${link}
  type Query {
    me: User @authenticated
    people: [User!]
    strict: [User!]!
    posts: [Post!]
    named: [Named]
    hits: [Hit]
    open: String
    board(id: ID!): Board
  }
  type Board { id: ID! version: Int! isFinal: Boolean! note: String @policy(policies: [["users:read"]]) }
  type Subscription { boardUpdated(id: ID!): Board @authenticated }
  type Mutation { wipe: String @scoped(scopes: [["admin", "write"], ["root"]])  touch: String }
  interface Post { id: ID! title: String! text: String }
  type PublicPost implements Post { id: ID! title: String! text: String }
  type PrivatePost implements Post @authenticated { id: ID! title: String! text: String }
  interface Named { name: String! phone: String }
  type Robot implements Named { name: String! phone: String }
  type User implements Named @key(fields: "id") {
    id: ID! name: String! phone: String @policy(policies: [["users:read"]])
    role: Role level: Level pin: Int! @authenticated
  }
  union Hit = PrivatePost | Robot
  enum Role @authenticated { A B }
  scalar Level @scoped(scopes: [["levels"]])`;
const productSdl = `${link}
  type Query { shared: String @shareable }
  type User @key(fields: "id") {
    id: ID!
    email: String! @scoped(scopes: [["email"]])
    pay: Int @authenticated @policy(policies: [["orders:read", "stock:read"], ["payments:read"]])
    score(of: Int): Int
  }`;

/** Nobody, or the holder of a token with these scopes, or of our own with these permissions. */
export type Viewer = 'guest' | { readonly scope?: string; readonly permissions?: Permission[] };
export const signedIn: Viewer = {};

export interface GuardedGraph {
  /** For a gateway in front of the subgraphs. */
  readonly environment: Record<string, string>;
  readonly gateway: GatewayFixture;
  /** Coordinates that a subgraph was asked for since the last question. */
  readonly resolved: string[];
  headersOf(viewer: Viewer): Promise<Record<string, string>>;
  ask(viewer: Viewer, query: string, to?: GatewayFixture): Promise<Answer>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: GatewayReply['body'];
  readonly data: unknown;
  /** `path code` */
  readonly errors: string[];
}

export const guardedGraph = async (): Promise<GuardedGraph> => {
  const tokens = await keyPair('access');
  const jwks = await keyServer([tokens.publicKey]);
  const resolved: string[] = [];
  const { userResolvers, productResolvers } = resolversOf((coordinate, value) => () => {
    resolved.push(coordinate);
    return value;
  });
  const user = await aSubgraph('user', userResolvers, fixtureSchema(userSdl, userResolvers));
  const product = await aSubgraph('product', productResolvers, fixtureSchema(productSdl, productResolvers));
  const environment = {
    USER_SUBGRAPH_URL: user.url,
    PRODUCT_SUBGRAPH_URL: product.url,
    ACCESS_TOKEN_JWKS_URL: jwks.url,
    RATE_LIMITS: 'off',
    CACHE_INVALIDATION: 'ttl',
    SUPERGRAPH_SDL: supergraphOf({ user: userSdl, product: productSdl }),
  };
  const gateway = await aGateway(environment);
  const headersOf = async (viewer: Viewer): Promise<Record<string, string>> =>
    viewer === 'guest'
      ? {}
      : { authorization: `Bearer ${await anAccessToken(tokens, { permissions: [], ...viewer })}` };
  return {
    environment,
    gateway,
    resolved,
    headersOf,
    ask: async (viewer, query, to = gateway) => {
      resolved.length = 0;
      const { status, body } = await to.ask(query, { headers: await headersOf(viewer) });
      const errors = (body.errors ?? []).map(({ path, extensions }) => `${[path].flat().join('.')} ${extensions.code}`);
      return { status, body, data: body.data, errors };
    },
    close: async () => {
      for (const { close } of [gateway, user, product, jwks]) await close();
    },
  };
};

const ada = { __typename: 'User', id: '1', name: 'Ada' };
const bob = { __typename: 'User', id: '2', name: 'Bob' };
const posts = [
  { __typename: 'PublicPost', id: 'a', title: 'Open', text: 'all' },
  { __typename: 'PrivatePost', id: 'b', title: 'Closed', text: 'few' },
];
const resolversOf = (noted: (coordinate: string, value: unknown) => () => unknown) => {
  const userResolvers = {
    Query: {
      me: noted('me', ada),
      people: noted('people', [ada, bob]),
      strict: () => [ada],
      posts: noted('posts', posts),
      named: noted('named', [ada, { __typename: 'Robot', name: 'R2', phone: '0' }]),
      hits: noted('hits', [posts[1], { __typename: 'Robot', name: 'R2', phone: '0' }]),
      open: () => 'yes',
      board: noted('board', { id: '1', version: 1, isFinal: true, note: 'psst' }),
    },
    Mutation: { wipe: noted('wipe', 'wiped'), touch: noted('touch', 'touched') },
    User: {
      phone: noted('phone', '555'),
      role: noted('role', 'A'),
      level: noted('level', 7),
      pin: noted('pin', 1234),
    },
  };
  const productResolvers = {
    Query: { shared: () => 's' },
    User: { email: noted('email', 'ada@example.com'), pay: noted('pay', 100), score: noted('score', 5) },
  };
  return { userResolvers, productResolvers };
};
