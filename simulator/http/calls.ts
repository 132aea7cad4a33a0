/** What every call has in common: the key, latency, faults, idempotency, and Stripe's error objects. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { Chance } from '../domain/faults.ts';
import { behaviourOf } from '../domain/tokens.ts';
import { inTransaction, type Queryable, type Transaction } from '../store/database.ts';
import { keepAnswer, reserveKey } from '../store/idempotency-keys.ts';
import { type Answer, type ErrorBody, invalid, StripeFault, serverError } from './fault.ts';
import { type FormObject, parseForm } from './form.ts';
import { awaitingFirst, keptAnswer, lockKey } from './idempotency.ts';

export interface World {
  readonly pool: pg.Pool;
  readonly clock: (time: Date) => Date;
  readonly apiKey: string;
  readonly latencyMs: number;
  readonly chance: Chance;
  /** Where a customer's browser reaches its pages. */
  readonly publicUrl: () => string;
  /** How long a slow request takes. */
  readonly slowness: () => Promise<unknown>;
  /** The keys of the requests that were slow: their next ones are not. */
  readonly slow: Set<string>;
  /** Aborted when the server closes. */
  readonly ending: AbortSignal;
}

export interface Asked {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly body: FormObject;
  readonly query: FormObject;
  /** Of the call, for faults by chance. */
  readonly key: string;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** The test token of the payment that it is about, which decides on faults; by parameter or by row. */
  readonly tokenOf?: (db: Queryable, asked: Asked) => Promise<string | undefined>;
  readonly handle: (tx: Transaction, asked: Asked, now: Date, world: World) => Promise<Answer | object>;
}

// 64 KiB: a thousand times a call's usual size.
const bodyLimit = 65_536;

export const serveCalls = (http: FastifyInstance, endpoints: readonly Endpoint[], world: World): void => {
  http.register(async (door) => {
    door.removeAllContentTypeParsers();
    const contentType = 'application/x-www-form-urlencoded';
    door.addContentTypeParser(contentType, { parseAs: 'string', bodyLimit }, (_, body, done) => done(null, body));
    door.setErrorHandler((error: Error & { readonly statusCode?: number }, _, reply) => answerFault(reply, error));
    for (const endpoint of endpoints)
      door.route({
        method: endpoint.method,
        url: endpoint.url,
        handler: (request, reply) => answerCall(endpoint, request, reply, world),
      });
  });
};

const answerCall = async (endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply, world: World) => {
  checkKey(request.headers.authorization, world.apiKey);
  await pause(world.latencyMs);
  const key = request.headers['idempotency-key'];
  const asked: Asked = {
    path: request.params as Record<string, string>,
    body: formOf(typeof request.body === 'string' ? request.body : ''),
    query: formOf(request.url.split('?')[1] ?? ''),
    key: typeof key === 'string' ? key : '',
  };
  reply.header('request-id', `req_${request.id}`);
  if (endpoint.method === 'GET' || asked.key === '') {
    const answer = await inTransaction(world.pool, world.clock, (tx, now) => endpoint.handle(tx, asked, now, world));
    return send(reply, answerOf(answer));
  }
  // 255: Stripe's limit.
  if (asked.key.length > 255) throw invalid('Idempotency keys are up to 255 characters long.');
  if (!world.slow.has(asked.key) && world.chance('slow', asked.key)) {
    world.slow.add(asked.key);
    await world.slowness();
  }
  const end = await once(endpoint, asked, fingerprint(request), world);
  if (end === 'lost') return silence(request, reply, world);
  if (end.isReplay) reply.header('idempotent-replayed', 'true');
  return send(reply, end);
};

type End = (Answer & { readonly isReplay: boolean }) | 'lost';

/** Runs the call for the first request with this key; later ones get the same answer, whatever it was. */
const once = async (endpoint: Endpoint, asked: Asked, request: string, world: World): Promise<End> => {
  const { pool, clock, chance } = world;
  const token = (await endpoint.tokenOf?.(pool, asked)) ?? '';
  const behaviour = behaviourOf(token);
  const { key } = asked;
  return inTransaction(pool, clock, async (tx, now) => {
    await lockKey(tx, key);
    const kept = await keptAnswer(tx, key, request, now);
    if (kept !== undefined && kept !== awaitingFirst) return { ...kept, isReplay: true };
    const isFirst = kept === undefined;
    if (isFirst) await reserveKey(tx, key, request, now);
    if (isFirst && (behaviour?.losesFirst === 'request' || chance('lost', key))) return 'lost';
    if (isFirst && chance('limit', key)) return { ...limited, isReplay: false };
    const answer = await performed(endpoint, asked, now, { tx, world, failsFirst: behaviour?.failsFirst });
    await keepAnswer(tx, key, answer);
    if (isFirst && (behaviour?.losesFirst === 'answer' || chance('timeout', key))) return 'lost';
    return { ...answer, isReplay: false };
  });
};

interface Performing {
  readonly tx: Transaction;
  readonly world: World;
  readonly failsFirst: 'before' | 'after' | undefined;
}

/** The answer that is kept. Throws what is not. */
const performed = async (
  endpoint: Endpoint,
  asked: Asked,
  now: Date,
  { tx, world, failsFirst }: Performing,
): Promise<Answer> => {
  const fails = failsFirst !== undefined && (await isFirstTime(tx, subjectOf(endpoint, asked), now));
  if ((fails && failsFirst === 'before') || world.chance('error', asked.key)) return faultAnswer(serverError());
  try {
    const answer = answerOf(await endpoint.handle(tx, asked, now, world));
    return fails && failsFirst === 'after' ? faultAnswer(serverError()) : answer;
  } catch (error) {
    if (error instanceof StripeFault && error.isKept) return faultAnswer(error);
    throw error;
  }
};

/** The endpoint and the payment; one that is new has only the shop's own name for it. */
const subjectOf = ({ url }: Endpoint, { path, body }: Asked): string => {
  const metadata = typeof body.metadata === 'object' ? body.metadata : {};
  return `${url} ${path.id ?? (url.endsWith('/payment_intents') ? metadata.attempt : body.payment_intent) ?? ''}`;
};

const isFirstTime = async (tx: Transaction, subject: string, now: Date): Promise<boolean> => {
  const inserted = await tx.query(
    'INSERT INTO fault_done (subject, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [subject, now],
  );
  return inserted.rowCount === 1;
};

const answerOf = (given: Answer | object): Answer =>
  'status' in given && typeof given.status === 'number' && 'body' in given
    ? (given as Answer)
    : { status: 200, body: given };

export const faultAnswer = ({ status, body }: StripeFault): Answer => ({ status, body: { error: body } });

const limited: Answer = {
  status: 429,
  body: { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' } },
};

const send = (reply: FastifyReply, { status, body }: Answer) => {
  // 1 s: Stripe says so only sometimes; a client must heed it when it does.
  if (status === 429) reply.header('retry-after', '1');
  return reply.status(status).send(body);
};

// 60 s: longer than any client waits; then the connection is closed.
const silentForMs = 60_000;

/** No answer, until the client gives up. */
const silence = async (request: FastifyRequest, reply: FastifyReply, { ending }: World) => {
  reply.hijack();
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  await pause(silentForMs, undefined, { signal: AbortSignal.any([gone.signal, ending]) }).catch(() => undefined);
  request.raw.socket.destroy();
};

const answerFault = (reply: FastifyReply, error: Error & { readonly statusCode?: number }) => {
  if (error instanceof StripeFault)
    return reply.status(error.status).headers(error.headers).send({ error: error.body });
  const status = error.statusCode ?? 500;
  if (status >= 500) reply.log.error({ err: error }, 'call failed');
  const body: ErrorBody = {
    type: status < 500 ? 'invalid_request_error' : 'api_error',
    message: status < 500 ? error.message : 'Something went wrong on our side.',
  };
  return reply.status(status).send({ error: body });
};

const formOf = (text: string): FormObject => {
  const form = parseForm(text);
  if (!form) throw invalid('The parameters cannot be read.');
  return form;
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** By digest, so that nobody learns the key by timing, nor its length. */
const checkKey = (authorization = '', apiKey: string): void => {
  const [, given = ''] = /^Bearer (.+)$/.exec(authorization) ?? [];
  if (!timingSafeEqual(digest(given), digest(apiKey)))
    throw new StripeFault(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
};

/** What makes two requests the same. */
const fingerprint = ({ method, url, body }: FastifyRequest): string =>
  digest(JSON.stringify([method, url, typeof body === 'string' ? body : ''])).toString('hex');
