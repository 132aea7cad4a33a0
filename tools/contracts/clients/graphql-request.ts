/** A storefront on graphql-request: one query, one mutation that is a union. */
import { GraphQLClient } from 'graphql-request';
import { ProductPageDocument, SignInDocument } from '#operations/documents.generated.ts';
import type { SampleClient } from './sample.ts';

export const graphqlRequest: SampleClient = (url) => {
  const client = new GraphQLClient(url);
  return {
    titleOf: async (slug) => (await client.request(ProductPageDocument, { slug })).product?.title,
    signIn: async (email, password) => {
      const { signIn: answer } = await client.request(SignInDocument, { input: { email, password } });
      return answer?.__typename === 'SignInSuccess' ? `hello ${answer.user.displayName}` : answer?.message;
    },
  };
};
