/** A storefront on Apollo Client: one query, one mutation that is a union. */
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import possibleTypes, { ProductPageDocument, SignInDocument } from '#operations/documents.generated.ts';
import type { SampleClient } from './sample.ts';

export const apolloClient: SampleClient = (url) => {
  // Without the possible types its cache cannot tell that a failure is a Failure, and drops the message.
  const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache(possibleTypes) });
  return {
    titleOf: async (slug) => {
      const { data } = await client.query({ query: ProductPageDocument, variables: { slug } });
      return data?.product?.title;
    },
    signIn: async (email, password) => {
      const { data } = await client.mutate({ mutation: SignInDocument, variables: { input: { email, password } } });
      const answer = data?.signIn;
      return answer?.__typename === 'SignInSuccess' ? `hello ${answer.user.displayName}` : answer?.message;
    },
  };
};
