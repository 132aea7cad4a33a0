/**
 * The graph and the query of the public federation-gateway benchmark (graphql-hive/graphql-gateways-benchmark), written
 * anew: accounts, inventory, products and reviews, and a query that reaches the same few entities by many paths.
 */
import type { Ask, Graph, Operation } from './graph.ts';

const federation = (...directives: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [${directives.map((name) => `"@${name}"`).join(', ')}])`;

interface User {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly birthday: number;
}

const users: readonly User[] = ['Ada', 'Barbara', 'Edsger', 'Frances', 'Grace', 'Tony'].map((name, at) => ({
  id: String(at + 1),
  name: `${name} of the Benchmark`,
  username: name.toLowerCase(),
  birthday: 1_234_567_890,
}));

interface Product {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}

const goods: readonly (readonly [string, number, number])[] = [
  ['Table', 899, 100],
  ['Couch', 1_299, 1_000],
  ['Glass', 15, 20],
  ['Chair', 499, 100],
  ['Screen', 1_299, 1_000],
  ['Lamp', 6_999, 300],
  ['Grill', 3_999, 2_000],
  ['Fridge', 100_000, 6_000],
  ['Sofa', 9_999, 800],
];
const products: readonly Product[] = goods.map(([name, price, weight], at) => ({
  upc: String(at + 1),
  name,
  price,
  weight,
}));
const inStock = new Set(['1', '5', '6', '7', '9']);

// As long as the public benchmark's texts, so that the answer is as long as its answer: 91 kB.
const bodyLengths = [445, 291, 274, 148, 445, 291, 274, 148, 148, 148, 823];
const reviewedProducts = ['1', '1', '1', '1', '2', '2', '2', '2', '3', '4', '4'];
const prose =
  'What came was well made and well packed, a little heavier than it looked, and it has been in daily use since then. ';
const reviews = bodyLengths.map((length, at) => ({
  id: String(at + 1),
  body: prose.repeat(Math.ceil(length / prose.length)).slice(0, length),
  product: { __typename: 'Product', upc: reviewedProducts[at] },
}));

interface Measures {
  readonly price?: number;
  readonly weight?: number;
}
const shippingEstimate = ({ price, weight }: Measures): number | null => {
  if (price === undefined || weight === undefined) return null;
  return price > 1_000 ? 0 : weight / 2;
};

const query = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query TestQuery {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { ...Product } } }
    }
  }
}`;

const deep: Operation = { query, operationName: 'TestQuery' };

export const publicGraph: Graph = {
  name: 'public',
  subgraphs: [
    {
      name: 'accounts',
      sdl: `${federation('key', 'shareable')}
        type Query { me: User user(id: ID!): User users: [User] }
        type User @key(fields: "id") { id: ID! name: String username: String @shareable birthday: Int }`,
      resolvers: {
        Query: { me: () => users[0], user: (_, { id }) => users.find((user) => user.id === id), users: () => users },
        User: { __resolveReference: ({ id }: { id: string }) => users.find((user) => user.id === id) },
      },
    },
    {
      name: 'inventory',
      sdl: `${federation('key', 'external', 'requires')}
        type Product @key(fields: "upc") {
          upc: String!
          weight: Int @external
          price: Int @external
          inStock: Boolean
          shippingEstimate: Int @requires(fields: "price weight")
        }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: object) => reference,
          inStock: ({ upc }: { upc: string }) => inStock.has(upc),
          shippingEstimate,
        },
      },
    },
    {
      name: 'products',
      sdl: `${federation('key')}
        type Query { topProducts(first: Int = 5): [Product] }
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
      resolvers: {
        Query: { topProducts: (_, { first }: { first: number }) => products.slice(0, first) },
        Product: { __resolveReference: ({ upc }: { upc: string }) => products.find((one) => one.upc === upc) },
      },
    },
    {
      name: 'reviews',
      sdl: `${federation('key', 'external', 'provides')}
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }
        type Review @key(fields: "id") { id: ID! body: String product: Product author: User @provides(fields: "username") }
        type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: object) => reference,
          reviews: ({ upc }: { upc: string }) => reviews.filter(({ product }) => product.upc === upc),
        },
        Review: {
          __resolveReference: ({ id }: { id: string }) => reviews.find((review) => review.id === id),
          author: () => ({ id: '1', username: users[0]?.username }),
        },
        User: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          reviews: () => reviews.slice(0, 2),
        },
      },
    },
  ],
  operations: { deep },
  handwritten: { deep: (ask) => answerByHand(ask) },
};

interface ReviewNode {
  readonly id: string;
  readonly body: string;
  readonly product?: { readonly upc: string; readonly reviews?: readonly ReviewNode[] };
  readonly author?: { readonly id: string; readonly username: string; readonly reviews: readonly ReviewNode[] };
}
type Reviewed = readonly { readonly reviews: readonly ReviewNode[] }[];

const ofAuthors = 'id body author { id username reviews { id body product { upc } } }';
const reviewsOfBoth = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on User { reviews { id body product { upc reviews { ${ofAuthors} } } } }
  ... on Product { reviews { ${ofAuthors} } }
} }`;

/** Two fetches, then one, then two, then one: each subgraph is asked for what it owns, and each entity once. */
const answerByHand = async (ask: Ask): Promise<unknown> => {
  const [{ users: people }, { topProducts: top }] = (await Promise.all([
    ask('accounts', { query: '{ users { id username name } }' }),
    ask('products', { query: '{ topProducts { upc name price weight } }' }),
  ])) as [{ users: User[] }, { topProducts: Product[] }];
  const { _entities: reviewed } = (await ask('reviews', {
    query: reviewsOfBoth,
    variables: {
      representations: [
        ...people.map(({ id }) => ({ __typename: 'User', id })),
        ...top.map(({ upc }) => ({ __typename: 'Product', upc })),
      ],
    },
  })) as { _entities: Reviewed };
  const nodes = reachable(reviewed);
  const [authors, described] = await Promise.all([
    entities(ask, 'accounts', 'User', 'id', [...nodes.authors], 'name'),
    entities(ask, 'products', 'Product', 'upc', [...nodes.upcs], 'name price weight'),
  ]);
  for (const { upc, name, price, weight } of top) described.set(upc, { name, price, weight });
  const stock = await stockOf(ask, described);
  return assemble({ people, top, reviewed, authors, described, stock });
};

const reachable = (reviewed: Reviewed) => {
  const authors = new Set<string>();
  const upcs = new Set<string>();
  const visit = (review: ReviewNode): void => {
    if (review.product) upcs.add(review.product.upc);
    review.product?.reviews?.forEach(visit);
    if (review.author) authors.add(review.author.id);
    review.author?.reviews.forEach(visit);
  };
  for (const { reviews } of reviewed) reviews.forEach(visit);
  return { authors, upcs };
};

type Fields = Readonly<Record<string, unknown>>;

const entities = async (
  ask: Ask,
  subgraph: string,
  type: string,
  key: string,
  ids: readonly string[],
  selection: string,
): Promise<Map<string, Fields>> => {
  const { _entities: found } = await ask(subgraph, {
    query: `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} { ${selection} } } }`,
    variables: { representations: ids.map((id) => ({ __typename: type, [key]: id })) },
  });
  return new Map((found as Fields[]).map((fields, at) => [ids[at] ?? '', fields]));
};

const stockOf = async (ask: Ask, described: ReadonlyMap<string, Fields>): Promise<Map<string, Fields>> => {
  const { _entities: found } = await ask('inventory', {
    query:
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { inStock shippingEstimate } } }',
    variables: {
      representations: [...described].map(([upc, { price, weight }]) => ({
        __typename: 'Product',
        upc,
        price,
        weight,
      })),
    },
  });
  return new Map([...described.keys()].map((upc, at) => [upc, (found as Fields[])[at] ?? {}]));
};

interface Parts {
  readonly people: readonly User[];
  readonly top: readonly Product[];
  readonly reviewed: Reviewed;
  readonly authors: ReadonlyMap<string, Fields>;
  readonly described: ReadonlyMap<string, Fields>;
  readonly stock: ReadonlyMap<string, Fields>;
}

const assemble = ({ people, top, reviewed, authors, described, stock }: Parts): unknown => {
  const productOf = (upc: string) => {
    const { name, price, weight } = described.get(upc) ?? {};
    const { inStock: isInStock, shippingEstimate: estimate } = stock.get(upc) ?? {};
    return { inStock: isInStock, name, price, shippingEstimate: estimate, upc, weight };
  };
  const withProduct = ({ id, body, product }: ReviewNode) => ({ id, body, product: productOf(product?.upc ?? '') });
  const withAuthor = ({ id, body, author }: ReviewNode) => ({
    id,
    body,
    author: author && {
      id: author.id,
      username: author.username,
      name: authors.get(author.id)?.name,
      reviews: author.reviews.map(withProduct),
    },
  });
  const ofUser = ({ id, body, product }: ReviewNode) => ({
    id,
    body,
    product: product && { ...productOf(product.upc), reviews: product.reviews?.map(withAuthor) },
  });
  return {
    users: people.map(({ id, username, name }, at) => ({
      id,
      username,
      name,
      reviews: reviewed[at]?.reviews.map(ofUser),
    })),
    topProducts: top.map(({ upc }, at) => ({
      ...productOf(upc),
      reviews: reviewed[people.length + at]?.reviews.map(withAuthor),
    })),
  };
};
