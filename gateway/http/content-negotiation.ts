/**
 * Which media type an answer has: decided once, before anything is run, by what the client accepts (RFC 9110, 12.5.1).
 * Whatever comes later uses this decision, so that nobody can hear "not acceptable" of an order that has been placed.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { errorBody } from '../graphql/errors.ts';
import type { RequestContext } from '../identity/request-context.ts';

export const jsonType = 'application/json; charset=utf-8';
const graphqlResponseType = 'application/graphql-response+json; charset=utf-8';
export const eventStreamType = 'text/event-stream; charset=utf-8';
export const pageType = 'text/html; charset=utf-8';

/** What an operation is answered in. The first is what a client gets that does not care. */
export const operationTypes: readonly string[] = [jsonType, graphqlResponseType];

/** The one that the client likes best; undefined when it takes none of them. */
export const answerType = (accept: string | undefined, offered: readonly string[]): string | undefined =>
  // An empty header accepts as little as none does: nothing is said.
  accept ? new Negotiator({ headers: { accept } }).mediaType([...offered]) : offered[0];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route can answer in. */
    answers?: readonly string[];
  }
  interface FastifyRequest {
    /** The one of its route's `answers` that the client gets. */
    answerType: string | undefined;
  }
}

/** For every route that names its `answers`: sets `answerType`, or refuses before the body is read. */
export const negotiateAnswers = (http: FastifyInstance): void => {
  http.decorateRequest('answerType', undefined);
  http.addHook('onRequest', (request, reply, done) => {
    const { answers } = request.routeOptions.config;
    if (!answers) return done();
    request.answerType = answerType(request.headers.accept, answers);
    if (request.answerType) return done();
    return reply.status(406).send(errorBody('NOT_ACCEPTABLE', `Answers are ${answers.map(essence).join(' or ')}.`));
  });
};

const essence = (type: string): string => type.split(';', 1)[0] ?? type;

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
