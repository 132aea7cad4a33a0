/** How a stream is written: GraphQL over SSE, or Apollo's multipart protocol for subscriptions. */
import type { GraphQLFormattedError } from 'graphql';
import { eventStreamType, multipartType } from '../http/content-negotiation.ts';

export interface StreamFormat {
  readonly contentType: string;
  /** At once: browsers report a stream as open only when the first bytes arrive. */
  readonly opening: string;
  /** What clients skip; it keeps proxies from closing an idle connection. */
  readonly heartbeat: string;
  /** `response` is JSON. */
  readonly next: (response: string) => string;
  /** An error of the stream and not of an operation. Before `complete`. */
  readonly failure: (error: GraphQLFormattedError) => string;
  /** Nothing more will come. */
  readonly complete: string;
  /** The stream ends before its time: the client should open another. */
  readonly interrupted: string;
}

/** https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md, distinct connections mode. */
const nextEvent = (response: string): string => `event: next\ndata: ${response}\n\n`;

export const eventStreamFormat: StreamFormat = {
  contentType: eventStreamType,
  opening: ':\n\n',
  heartbeat: ':\n\n',
  next: nextEvent,
  failure: (error) => nextEvent(JSON.stringify({ errors: [error] })),
  complete: 'event: complete\ndata:\n\n',
  // Clients of this protocol open a stream again that ends without `complete`.
  interrupted: '',
};

/** Its delimiter comes at once: clients take a part as whole only when they see the next delimiter. */
const part = (body: string): string => `\r\ncontent-type: application/json\r\n\r\n${body}\r\n--graphql`;

const failedPart = (error: GraphQLFormattedError): string => part(JSON.stringify({ payload: null, errors: [error] }));

const lastDelimiter = '--\r\n';

/** https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol */
export const multipartFormat: StreamFormat = {
  contentType: multipartType,
  opening: `\r\n--graphql${part('{}')}`,
  heartbeat: part('{}'),
  next: (response) => part(`{"payload":${response}}`),
  failure: failedPart,
  complete: lastDelimiter,
  interrupted:
    failedPart({
      message: 'The gateway ends this stream before its time. Subscribe again.',
      extensions: { code: 'SUBSCRIPTION_INTERRUPTED' },
    }) + lastDelimiter,
};

export const formatOf = (answerType: string | undefined): StreamFormat =>
  answerType === multipartType ? multipartFormat : eventStreamFormat;
