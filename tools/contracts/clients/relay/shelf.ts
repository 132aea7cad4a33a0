// What a Relay client asks of us: a connection that pages, and a fragment that fetches itself again. Never run: the
// compiler reads it (tools/contracts/checks/clients.ts).
declare const graphql: (text: TemplateStringsArray) => unknown;

export const shelfQuery = graphql`
  query shelfQuery($slug: String!) {
    ...shelf_products
    product(slug: $slug) {
      ...shelf_product
    }
  }
`;

export const products = graphql`
  fragment shelf_products on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
  @refetchable(queryName: "shelfNextPageQuery") {
    products(first: $count, after: $cursor) @connection(key: "shelf_products") {
      edges {
        node {
          id
          ...shelf_product
        }
      }
    }
  }
`;

export const product = graphql`
  fragment shelf_product on Product {
    id
    title
    variants {
      id
      price {
        amount
        currency
      }
    }
  }
`;

export const orders = graphql`
  query shelfOrdersQuery($after: String) {
    orders(first: 10, after: $after) @connection(key: "shelf_orders") {
      edges {
        node {
          id
          number
        }
      }
    }
  }
`;
