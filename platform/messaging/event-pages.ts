/** Serves pages of this service's event store to whoever can sign for the bus: see contracts/event-page.ts. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Envelope, MessageDefinition } from '#contracts/envelope.ts';
import {
  aggregatesPerPage,
  type EventPage,
  EventPageRequest,
  eventPageFormat,
  eventPagePath,
  signatureHeader,
} from '#contracts/event-page.ts';
import type { BusSignature } from '../auth/bus-signature.ts';
import type { Sql } from '../database/transaction.ts';
import { type OutboxRow, toEnvelope } from './outbox.ts';

export interface EventPagesOptions {
  readonly service: string;
  /** What is served; of every other message there is nothing. */
  readonly replays: readonly MessageDefinition[];
  readonly database: Sql;
  readonly signature: () => Promise<BusSignature | undefined>;
  /** Fewer in tests, which need several pages and not hundreds of products. */
  readonly perPage?: number;
}

export const serveEventPages = (
  http: FastifyInstance,
  { service, replays, database, signature, perPage = aggregatesPerPage }: EventPagesOptions,
): void => {
  http.register(async (door) => {
    // As text: the signature is over the bytes that were sent.
    door.removeAllContentTypeParsers();
    door.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body));
    door.post(eventPagePath, async ({ body, headers }, reply) => {
      const signing = await signature();
      if (!signing) return refuse(reply, 503, 'NO_BUS_PASSWORD', 'The bus has no password to sign with.');
      const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
      const text = typeof body === 'string' ? body : '';
      if (!(await signing.isQuestion(service, text, token)))
        return refuse(reply, 401, 'UNAUTHENTICATED', 'The signature is not valid.');
      const request = requestIn(text);
      if (!request) return refuse(reply, 400, 'BAD_REQUEST', 'This is not a request for events.');
      if (request.format !== eventPageFormat)
        return refuse(
          reply,
          400,
          'UNKNOWN_FORMAT',
          `Format ${request.format} is unknown; there is ${eventPageFormat}.`,
        );
      const unknown = request.messages.find((asked) => !replays.some((served) => isSame(asked, served)));
      if (unknown)
        return refuse(reply, 404, 'NOT_REPLAYED', `${unknown.type} v${unknown.version} is not among what is replayed.`);
      const page = JSON.stringify(await eventPage(database, request, perPage));
      return reply
        .headers({ 'cache-control': 'no-store', [signatureHeader]: signing.signAnswer(token, page) })
        .type('application/json')
        .send(page);
    });
  });
};

const refuse = (reply: FastifyReply, status: number, code: string, message: string) =>
  reply.status(status).send({ error: { code, message } });

type MessageName = Pick<MessageDefinition, 'type' | 'version'>;

const isSame = (one: MessageName, other: MessageName): boolean =>
  one.type === other.type && one.version === other.version;

const requestIn = (text: string): EventPageRequest | undefined => {
  try {
    return EventPageRequest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const readable = `(type, version) IN (SELECT * FROM jsonb_to_recordset($2::jsonb) AS asked (type text, version int))`;

/** The ids of the next aggregates, by the index of the outbox that begins with type and id. */
const nextIds = `
  SELECT DISTINCT aggregate_id AS id FROM outbox_message
   WHERE aggregate_type = $1 AND ${readable} AND ($3::text IS NULL OR aggregate_id > $3)
   ORDER BY aggregate_id LIMIT $4`;

const howMany = `
  SELECT count(DISTINCT aggregate_id)::int AS aggregates FROM outbox_message WHERE aggregate_type = $1 AND ${readable}`;

/** A part is known by the last message that has it. `$4`: the list of parts, null when there is none; `$5`: their id. */
const newest = `
  WITH stored AS MATERIALIZED (
    SELECT * FROM outbox_message WHERE aggregate_type = $1 AND ${readable} AND aggregate_id = ANY ($3::text[])),
  parted AS (
    SELECT aggregate_id, position, sequence, data -> $4::text AS parts
      FROM stored WHERE jsonb_typeof(data -> $4::text) = 'array'),
  needed AS (
    (SELECT DISTINCT ON (aggregate_id) position FROM stored ORDER BY aggregate_id, sequence DESC)
    UNION
    (SELECT position FROM (
      SELECT DISTINCT ON (aggregate_id, part ->> $5::text) position
        FROM parted, jsonb_array_elements(parts) AS part
       ORDER BY aggregate_id, part ->> $5::text, sequence DESC) AS parts))
  SELECT position::text AS position, id, type, version, aggregate_type, aggregate_id, sequence, occurred_at,
         correlation_id, traceparent, data
    FROM stored WHERE stored.position IN (SELECT position FROM needed)
   ORDER BY aggregate_id, sequence`;

const eventPage = async (
  database: Sql,
  { aggregate, messages, parts, of }: EventPageRequest,
  perPage: number,
): Promise<EventPage> => {
  const asked = [aggregate, JSON.stringify(messages)] as const;
  const { ids, next } = 'ids' in of ? { ids: of.ids, next: null } : await following(database, asked, of.after, perPage);
  const rows = await database.$queryRawUnsafe<OutboxRow[]>(
    newest,
    ...[...asked, ids, parts?.list ?? null, parts?.id ?? null],
  );
  const isFirst = 'after' in of && of.after === null;
  return {
    format: eventPageFormat,
    messages: rows.map(toEnvelope) satisfies Envelope[],
    next,
    ...(isFirst && { aggregates: await countOf(database, asked) }),
  };
};

type Asked = readonly [aggregate: string, messages: string];

const following = async (database: Sql, asked: Asked, after: string | null, perPage: number) => {
  const rows = await database.$queryRawUnsafe<{ id: string }[]>(nextIds, ...asked, after, perPage + 1);
  const ids = rows.slice(0, perPage).map(({ id }) => id);
  return { ids, next: rows.length > perPage ? (ids.at(-1) ?? null) : null };
};

const countOf = async (database: Sql, asked: Asked): Promise<number> => {
  const [row] = await database.$queryRawUnsafe<{ aggregates: number }[]>(howMany, ...asked);
  return row?.aggregates ?? 0;
};
