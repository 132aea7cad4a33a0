/** A GraphQL client as small as one can be: what a customer's app would send, and exactly what came back. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type GraphQLFormattedError, print } from 'graphql';

export interface Answer<Data> {
  readonly status: number;
  readonly data: Data | null | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

export type Document<Data, Variables> = TypedDocumentNode<Data, Variables> | string;

export interface GraphqlClient {
  /** Sends one operation. Rejects only when no answer came (or none that is JSON). */
  send<Data, Variables>(
    document: Document<Data, Variables>,
    variables?: Variables,
    how?: SendOptions,
  ): Promise<Answer<Data>>;
  /** The data, or a throw that says which errors came instead. */
  ask<Data, Variables>(document: Document<Data, Variables>, variables?: Variables, how?: SendOptions): Promise<Data>;
}

export interface SendOptions {
  /** Nothing that a cache has kept for a second: to see at once what one has just done. */
  readonly fresh?: boolean;
}

// 30 s: longer than the gateway gives any subgraph, so that the answer and not this limit shows what happened.
const timeoutMs = 30_000;

export interface GraphqlClientOptions {
  /** Sends the ids of published documents in place of their text, as an app does where the gateway requires listed ones. */
  readonly byId?: boolean;
}

export const graphqlClient = (
  url: string,
  accessToken?: string,
  { byId = false }: GraphqlClientOptions = {},
): GraphqlClient => {
  const headers = {
    'content-type': 'application/json',
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
  };
  const send = async <Data, Variables>(
    document: Document<Data, Variables>,
    variables?: Variables,
    { fresh = false }: SendOptions = {},
  ) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, ...(fresh && { 'cache-control': 'no-cache' }) },
      body: JSON.stringify({ ...(byId ? idOf(document) : textOf(document)), variables }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { data, errors } = (await response.json()) as { data?: Data | null; errors?: GraphQLFormattedError[] };
    return { status: response.status, data, errors: errors ?? [] };
  };
  return {
    send,
    ask: async (document, variables, how) => {
      const { status, data, errors } = await send(document, variables, how);
      if (data && errors.length === 0) return data;
      const summary = errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; ');
      throw new Error(`the gateway answered ${status}: ${summary || 'no data'}`);
    },
  };
};

const textOf = (document: string | DocumentNode): { query: string } => ({
  query: typeof document === 'string' ? document : print(document),
});

const idOf = (document: string | DocumentNode): { documentId: string } => {
  // The generator writes it into each document; the type that it gives them does not speak of it.
  const hash = (document as { __meta__?: { hash: string } }).__meta__?.hash;
  if (!hash) throw new Error('only documents of operations/ have an id');
  return { documentId: `sha256:${hash}` };
};
