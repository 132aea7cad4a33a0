/** A GraphQL client as small as one can be: what a customer's app would send, and exactly what came back. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLFormattedError, print } from 'graphql';

export interface Answer<Data> {
  readonly status: number;
  readonly data: Data | null | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

export type Document<Data, Variables> = TypedDocumentNode<Data, Variables> | string;

export interface GraphqlClient {
  /** Sends one operation. Rejects only when no answer came (or none that is JSON). */
  send<Data, Variables>(document: Document<Data, Variables>, variables?: Variables): Promise<Answer<Data>>;
  /** The data, or a throw that says which errors came instead. */
  ask<Data, Variables>(document: Document<Data, Variables>, variables?: Variables): Promise<Data>;
}

// 30 s: longer than the gateway gives any subgraph, so that the answer and not this limit tells what happened.
const timeoutMs = 30_000;

export const graphqlClient = (url: string, accessToken?: string): GraphqlClient => {
  const headers = {
    'content-type': 'application/json',
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
  };
  const send = async <Data, Variables>(document: Document<Data, Variables>, variables?: Variables) => {
    const query = typeof document === 'string' ? document : print(document);
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { data, errors } = (await response.json()) as { data?: Data | null; errors?: GraphQLFormattedError[] };
    return { status: response.status, data, errors: errors ?? [] };
  };
  return {
    send,
    ask: async (document, variables) => {
      const { status, data, errors } = await send(document, variables);
      if (data && errors.length === 0) return data;
      const said = errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; ');
      throw new Error(`the gateway answered ${status}: ${said || 'no data'}`);
    },
  };
};
