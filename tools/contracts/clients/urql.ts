/** A storefront on urql: one query, one mutation that is a union. */
import { Client, fetchExchange } from '@urql/core';
import { ProductPageDocument, SignInDocument } from '#operations/documents.generated.ts';
import type { SampleClient } from './sample.ts';

export const urql: SampleClient = (url) => {
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  return {
    titleOf: async (slug) => {
      const { data } = await client.query(ProductPageDocument, { slug });
      return data?.product?.title;
    },
    signIn: async (email, password) => {
      const { data } = await client.mutation(SignInDocument, { input: { email, password } });
      const answer = data?.signIn;
      return answer?.__typename === 'SignInSuccess' ? `hello ${answer.user.displayName}` : answer?.message;
    },
  };
};
