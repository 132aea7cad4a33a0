/** The status of an operation that cannot be run, for clients of before `application/graphql-response+json`. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../identity/request-context.ts';
import { jsonType } from './answer-type.ts';

/** What is wrong with the operation or its variables. Limits, access and outages keep their status for everybody. */
const requestErrors = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * GraphQL over HTTP, "application/json": a client that asks for that type, and knows no other, takes any status but 200
 * for the word of something in between, and does not look for `errors`. One that names no type gets the honest 400.
 */
export const legacyStatus: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response: { http, body } }) => {
      if (http.status !== 400 || body.kind !== 'single' || !contextValue.isLegacyClient) return;
      const codes = body.singleResult.errors?.map(({ extensions }) => extensions?.code) ?? [];
      if (codes.every((code) => requestErrors.has(code))) http.status = 200;
    },
  }),
};

export const isLegacyClient = ({ headers: { accept = '' }, answerType }: FastifyRequest): boolean =>
  answerType === jsonType && /application\/json/i.test(accept) && !/application\/graphql-response\+json/i.test(accept);
