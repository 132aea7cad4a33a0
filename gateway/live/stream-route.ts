/** The routes of streams: `POST /graphql` with an `accept` for one of their formats, and `POST /graphql/stream`. */
import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Viewer } from '#contracts/viewer.ts';
import { runInContext } from '#platform/observability/context.ts';
import type { Logger } from '#platform/observability/log.ts';
import { limitKey } from '#platform/resilience/limit-key.ts';
import { digest } from '../caching/cache-store.ts';
import type { DocumentGate } from '../documents/documents.ts';
import { errorBody } from '../graphql/errors.ts';
import { errorHandler, requestGuard } from '../graphql/graphql-route.ts';
import { answerType, eventStreamType, multipartType, operationTypes } from '../http/content-negotiation.ts';
import type { Authenticate, Authenticated } from '../identity/credentials.ts';
import type { Denials } from '../identity/denials.ts';
import { forwardedHeaders, type RequestContext } from '../identity/request-context.ts';
import { variablesSize } from '../limits/input-limits.ts';
import { clientNameHeader } from '../observability/field-usage.ts';
import { watchCredential } from './credential-watch.ts';
import { type EventStream, type EventStreamOptions, eventStream } from './event-stream.ts';
import type { LiveQueries } from './live-queries.ts';
import type { LiveMetrics } from './metrics.ts';
import { formatOf } from './stream-formats.ts';
import type { LiveOperation, Snapshot, SubscriptionExecutor, Topic } from './subscription-executor.ts';
import { liveBounds } from './variables.ts';

export interface StreamEntrypoint {
  readonly http: FastifyInstance;
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticate: Authenticate;
  readonly denials: Denials;
  readonly gate: DocumentGate;
  readonly contextOf: (viewer: Viewer) => RequestContext;
  readonly forward: readonly string[];
}

interface StreamRouteOptions extends StreamEntrypoint, Pick<EventStreamOptions, 'heartbeatMs' | 'stalledMs'> {
  readonly fetchSnapshot: SubscriptionExecutor['fetchSnapshot'];
  readonly queries: LiveQueries;
  readonly admission: Admission;
  readonly retryAfterSeconds: number;
  readonly streams: Set<EventStream>;
  readonly metrics: LiveMetrics;
  readonly log: Logger;
}

const LiveRequest = z.object({
  query: z.string().optional(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** The first is the default. */
const streamTypes = [eventStreamType, multipartType];

export const serveStreams = (options: StreamRouteOptions): void => {
  const { http, admission, retryAfterSeconds, metrics, log } = options;
  const { preHandler, callerOf } = requestGuard(options);

  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    const asked = LiveRequest.safeParse(request.body);
    if (!asked.success) return reply.status(400).send(notAGraphqlRequest);
    const operation = operationOf(asked.data);
    // Before it is serialised: deep nesting would overflow the stack with the stream half open.
    const most = { bytes: operationBytes, depth: operationDepth, values: operationBytes };
    const { bytes, depth, values } = variablesSize(operation, most);
    if (bytes > most.bytes || depth > most.depth || values > most.values) return reply.status(413).send(tooLong);
    // The client has left while its credential was looked at: nothing would tell us any more, and its place stay taken.
    if (reply.raw.destroyed) return reply.hijack();
    const caller = callerOf(request);
    const leave = admission.admit(caller.viewer, request.ip);
    if (typeof leave === 'string') {
      metrics.refused.inc({ code: leave });
      return refuse(reply, leave, retryAfterSeconds);
    }
    openStream(options, { caller, operation, request, reply, leave });
    // Fastify keeps the request as long as the stream, and a body may have LIMIT_BODY_BYTES.
    request.body = undefined;
    return reply;
  };
  const config = { answers: streamTypes };
  const route = { method: 'POST', config, preHandler, handler, errorHandler: errorHandler(log) } as const;
  http.addConstraintStrategy(acceptStrategy);
  for (const accept of streamTypes) http.route({ ...route, url: '/graphql', constraints: { accept } });
  http.route({ ...route, url: '/graphql/stream' });
};

interface Opening {
  readonly caller: Authenticated;
  readonly operation: LiveOperation;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly leave: () => void;
}

const openStream = (options: StreamRouteOptions, { caller, operation, request, reply, leave }: Opening): void => {
  const { forward, authenticate, denials, queries, streams, metrics } = options;
  const { viewer } = caller;
  const { authorization } = request.headers;
  const forwarded = forwardedHeaders(request, forward);
  const clientName = request.headers[clientNameHeader]?.toString() ?? '';
  // From here on the connection is ours: Fastify neither compresses nor ends it.
  reply.hijack();
  const format = formatOf(request.answerType);
  const contentType = { 'content-type': format.contentType };
  reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...contentType, ...streamHeaders });

  const stream = eventStream(reply.raw, {
    ...options,
    format,
    onHeartbeat: () => credential.check(),
    onSuperseded: () => metrics.superseded.inc(),
    onClose: () => {
      streams.delete(stream);
      metrics.streams.set(streams.size);
      credential.stop();
      leaveQuery();
      leave();
    },
  });
  const credential = watchCredential({ authenticate, authorization, caller, denials }, (error) => {
    leaveQuery();
    stream.fail(error);
  });
  streams.add(stream);
  metrics.streams.set(streams.size);

  const leaveQuery = queries.join(
    digest(JSON.stringify([viewer, forwarded, operation])),
    snapshotFetcher(options, { viewer, forwarded, operation, address: request.ip, clientName }),
    stream,
  );
};

interface LiveSubscription {
  readonly viewer: Viewer;
  readonly forwarded: Readonly<Record<string, string>>;
  readonly operation: LiveOperation;
  readonly address: string;
  readonly clientName: string;
}

/** Each fetch is a request of its own, signed anew and with its own id. The first is charged to the client, and counted as its. */
const snapshotFetcher = (
  { apollo, contextOf, fetchSnapshot }: StreamRouteOptions,
  { viewer, forwarded, operation, address, clientName }: LiveSubscription,
) => {
  let payer: Pick<RequestContext, 'address' | 'clientName'> = { address, clientName };
  return (onTopic: (topic: Topic) => void): Promise<Snapshot> =>
    runInContext({ correlationId: randomUUID() }, async () => {
      const { subgraphHeaders, ...context } = contextOf(viewer);
      const headers = { ...forwarded, ...subgraphHeaders };
      const charged = { ...context, ...payer, limitKey: limitKey(viewer, address), subgraphHeaders: headers };
      payer = {};
      return await fetchSnapshot(apollo, operation, charged, onTopic);
    });
};

const operationOf = ({ query, operationName, variables, extensions }: z.infer<typeof LiveRequest>): LiveOperation => ({
  ...(query !== undefined && { query }),
  ...(operationName && { operationName }),
  ...(variables && { variables }),
  ...(extensions && { extensions }),
});

const streamHeaders = {
  'cache-control': 'no-store, no-transform',
  // nginx would buffer what comes bit by bit.
  'x-accel-buffering': 'no',
};

const notAGraphqlRequest = errorBody('BAD_REQUEST', 'The body must be JSON with a "query", as application/json.');

const { operationBytes, operationDepth } = liveBounds;
const tooLong = errorBody(
  'PAYLOAD_TOO_LARGE',
  `A subscription with its variables may have ${operationBytes} bytes and ${operationDepth} levels.`,
);

const refusals: Record<AdmissionRefusal, readonly [status: number, message: string]> = {
  TOO_MANY_STREAMS: [429, 'You have too many open subscriptions. Close some first.'],
  OVERLOADED: [503, 'There are too many open subscriptions. Try again in a moment.'],
};

const refuse = (reply: FastifyReply, code: AdmissionRefusal, retryAfterSeconds: number) => {
  const [status, message] = refusals[code];
  return reply.status(status).header('retry-after', String(retryAfterSeconds)).send(errorBody(code, message));
};

type AdmissionRefusal = 'TOO_MANY_STREAMS' | 'OVERLOADED';

interface Admission {
  /** Returns the function that releases the slot, or why there is none. */
  admit(viewer: Viewer, ip: string): (() => void) | AdmissionRefusal;
  close(): void;
}

interface AdmissionLimits {
  readonly streams: number;
  readonly perViewer: number;
  /** Of guests. */
  readonly perAddress: number;
}

export const admission = (limits: AdmissionLimits): Admission => {
  const counts = new Map<string, number>();
  let all = 0;
  let isClosed = false;
  const change = (key: string, by: number) => {
    const count = (counts.get(key) ?? 0) + by;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
  };
  return {
    admit: (viewer, ip) => {
      const shares = sharesOf(viewer, ip, limits);
      if (shares.some(({ key, most }) => (counts.get(key) ?? 0) >= most)) return 'TOO_MANY_STREAMS';
      if (isClosed || all >= limits.streams) return 'OVERLOADED';
      all++;
      for (const { key } of shares) change(key, 1);
      return () => {
        all--;
        for (const { key } of shares) change(key, -1);
      };
    },
    close: () => {
      isClosed = true;
    },
  };
};

/** Whose streams it is one of. */
const sharesOf = (viewer: Viewer, ip: string, { perViewer, perAddress }: AdmissionLimits) => [
  { key: limitKey(viewer, ip), most: viewer.kind === 'guest' ? perAddress : perViewer },
  ...(viewer.kind === 'guest' && viewer.session ? [{ key: viewer.session.guestId, most: perViewer }] : []),
];

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Handlers = ReturnType<Strategy['storage']>;

/**
 * Lets Fastify route by `accept`, for routes with `constraints: { accept: eventStreamType }`. Clients that accept JSON
 * as well get JSON, but for Apollo's, which name the multipart protocol for subscriptions alone.
 */
const acceptStrategy: Strategy = {
  name: 'accept',
  storage: () => {
    const handlers = new Map<unknown, ReturnType<Handlers['get']>>();
    return {
      get: (type) => handlers.get(type) ?? null,
      set: (type, handler) => void handlers.set(type, handler),
    };
  },
  deriveConstraint: ({ headers: { accept } }) => {
    if (!accept) return undefined;
    const multipart = answerType(accept, [multipartType]);
    return multipart ?? (answerType(accept, operationTypes) ? undefined : answerType(accept, [eventStreamType]));
  },
  validate: () => true,
  mustMatchWhenDerived: false,
};
