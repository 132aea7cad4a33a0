/**
 * The media type of a response, negotiated once before anything is executed (RFC 9110, 12.5.1), so that nobody gets
 * "not acceptable" for an order that has been placed.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { errorBody } from '../graphql/errors.ts';
import type { Step } from '../graphql/steps.ts';

export const jsonType = 'application/json; charset=utf-8';
const graphqlResponseType = 'application/graphql-response+json; charset=utf-8';
export const eventStreamType = 'text/event-stream; charset=utf-8';
/** Apollo's protocol for subscriptions. Its clients send this beside the types of operations. */
export const multipartType = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0';
export const pageType = 'text/html; charset=utf-8';

/** Media types of operations; the first is the default. */
export const operationTypes: readonly string[] = [jsonType, graphqlResponseType];

/** The client's preferred type; undefined when it accepts none of them. */
export const answerType = (accept: string | undefined, offered: readonly string[]): string | undefined => {
  // An empty header counts as none.
  if (!accept) return offered[0];
  if (offered.includes(multipartType) && asksForMultipart(accept)) return multipartType;
  return new Negotiator({ headers: { accept } }).mediaType(offered.filter((type) => type !== multipartType));
};

/** Only by name, and whatever its boundary, which is ours to choose. */
const asksForMultipart = (accept: string): boolean =>
  accept.split(',').some((range) => /^\s*multipart\/mixed\s*;.*subscriptionSpec="?1\.0\b/i.test(range));

declare module 'fastify' {
  interface FastifyContextConfig {
    answers?: readonly string[];
  }
  interface FastifyRequest {
    /** The negotiated one of its route's `answers`. */
    answerType: string | undefined;
  }
}

/** Sets `answerType` on routes with `answers`, or refuses before the body is read. */
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

/** Faults of the operation or its variables. Limits, access and outages keep their status for everybody. */
const requestErrors = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'INCREMENTAL_DELIVERY_NOT_SUPPORTED',
]);

/**
 * GraphQL over HTTP, legacy "application/json": a client that accepts only this type takes any status but 200 for an
 * intermediary's and does not look for `errors`. Clients that name no type get the honest 400.
 */
export const legacyStatus: Step = {
  after: ({ contextValue, response: { http, body } }) => {
    if (http.status !== 400 || !contextValue.isLegacyClient) return;
    const codes = body.singleResult.errors?.map(({ extensions }) => extensions?.code) ?? [];
    if (codes.every((code) => requestErrors.has(code))) http.status = 200;
  },
};

export const isLegacyClient = ({ headers: { accept = '' }, answerType }: FastifyRequest): boolean =>
  answerType === jsonType && /application\/json/i.test(accept) && !/application\/graphql-response\+json/i.test(accept);
