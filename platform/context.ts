/** What follows a request or a message through every call made for it, without being passed by hand. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

export interface RequestContext {
  /** Ties together the log lines and messages of one request, across services. */
  readonly correlationId: string;
  /** W3C trace context, when tracing is on. */
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the request at hand; outside one (a timer, a script) a new one each time. */
export const currentContext = (): RequestContext => storage.getStore() ?? { correlationId: randomUUID() };

/** The same, but `undefined` outside a request: for log lines, where an invented id would mislead. */
export const contextIfAny = (): RequestContext | undefined => storage.getStore();

export const runInContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);

// An id from outside goes into logs and messages: short, and without anything that could forge a log line.
const acceptable = /^[\w.-]{1,100}$/;

/** The caller's request id if it is a fit one, else a new one. */
export const correlationIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && acceptable.test(header) ? header : randomUUID();

const w3cTraceparent = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The caller's trace context if it is one: it goes on to other services and into messages. */
export const traceparentFrom = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && w3cTraceparent.test(header) ? header : undefined;
