import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { until } from '#kit/vitest/until.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { prismaAdapter } from '../database/database.ts';
import { inTransaction } from '../database/transaction.ts';
import { createHttpServer } from '../http/server.ts';
import { outbox } from '../messaging/outbox.ts';
import { currentContext } from './context.ts';
import { createMetrics } from './metrics.ts';
import type { SpanLine } from './tracing-sdk.ts';
import { samplerOf, startTracing, type Tracing, tracingVariables } from './tracing-sdk.ts';

// The SDK is one of a process, so all tests here have the same one: to a file, and to a collector that comes and goes.
const folder = mkdtempSync(path.join(tmpdir(), 'agora-tracing-'));
const file = path.join(folder, 'traces.jsonl');
const recorded = recordedLog();
let collector: Server;
const collected: string[] = [];
let tracing: Tracing;
let database: TestDatabase;
let prisma: PrismaClient;
const http = createHttpServer({ log: recorded.log, metrics: createMetrics('test'), notReady: async () => [] });
let url: string;

const startCollector = async (port = 0): Promise<number> => {
  collector = createServer(async (request, response) => {
    collected.push(`${request.url} ${await text(request)}`);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(port, '127.0.0.1', resolve));
  const address = collector.address();
  return typeof address === 'object' && address ? address.port : 0;
};
const stopCollector = () =>
  new Promise<void>((resolve) => {
    collector.close(() => resolve());
    collector.closeAllConnections();
  });

beforeAll(async () => {
  // So that an exporter gives up soon, and does not try for its usual ten seconds.
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '500';
  const variables = z.object(tracingVariables).parse({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await startCollector()}`,
    TRACES_FILE: file,
  });
  tracing = await startTracing('shop', variables, recorded.log);
  database = await testDatabase('order');
  // One connection: the second request waits for it.
  prisma = new PrismaClient({ adapter: prismaAdapter(database.url, 1) });
  http.post('/carts/:id', async (request) => {
    const { id } = request.params as { id: string };
    await inTransaction(prisma, async (tx) => {
      await tx.cart.create({ data: { id, createdAt: new Date(), updatedAt: new Date() } });
      await outbox(tx).add({ type: 'cart.created', version: 1, aggregate: { type: 'Cart', id }, data: {} });
    });
    return currentContext();
  });
  http.get('/bug', async () => {
    await prisma.$queryRaw`SELECT ${'secret'}::int`;
  });
  url = await http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await http.close();
  await prisma.$disconnect();
  await database.dispose();
  await tracing.close();
  await stopCollector();
  rmSync(folder, { recursive: true });
});

const traceIdOf = (digit: string) => digit.repeat(32);
const clientSpan = 'b7ad6b7169203331';
const create = async (id: string, traceId: string, flags = '01') => {
  const headers = { traceparent: `00-${traceId}-${clientSpan}-${flags}` };
  return (await (await fetch(`${url}/carts/${id}`, { method: 'POST', headers })).json()) as { traceparent: string };
};
const spansOf = async (traceId: string): Promise<SpanLine[]> => {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  return lines.map((line): SpanLine => JSON.parse(line)).filter((span) => span.traceId === traceId);
};
const ended = async (traceId: string): Promise<SpanLine[]> => {
  await until('the request in the file', async () => (await spansOf(traceId)).some(({ kind }) => kind === 'SERVER'));
  return spansOf(traceId);
};
/** Each span with what it hangs below. */
const pairs = (spans: readonly SpanLine[]) =>
  spans.map((span) => `${spans.find(({ spanId }) => spanId === span.parentSpanId)?.name} > ${span.name}`).toSorted();

it('hangs statements and messages below the request, and the request below the span of the client', async () => {
  const traceId = traceIdOf('a');
  await create('first', traceId);
  const spans = await ended(traceId);
  const request = 'POST /carts/:id';
  expect(pairs(spans)).toEqual([
    'POST /carts/:id > BEGIN',
    'POST /carts/:id > COMMIT',
    'POST /carts/:id > INSERT cart',
    'POST /carts/:id > outbox add',
    'outbox add > INSERT outbox_message',
    'undefined > POST /carts/:id',
  ]);
  expect(spans.find(({ name }) => name === request)).toMatchObject({ parentSpanId: clientSpan, service: 'shop' });
  const [message] = await prisma.$queryRaw<{ traceparent: string }[]>`
    SELECT traceparent FROM outbox_message WHERE aggregate_id = 'first'`;
  const added = spans.find(({ name }) => name === 'outbox add');
  expect(message?.traceparent).toBe(`00-${traceId}-${added?.spanId}-01`);
});

it("keeps each request's statements in its own trace, also of those that wait for a connection", async () => {
  const traceIds = ['1', '2', '3', '4', '5', '6'].map(traceIdOf);
  await Promise.all(traceIds.map((traceId) => create(`of-${traceId[0]}`, traceId)));
  for (const traceId of traceIds) expect(await ended(traceId)).toHaveLength(6);
});

it('records nothing of a trace that the caller chose not to record, and passes its id on with that choice', async () => {
  const traceId = traceIdOf('b');
  const { traceparent } = await create('unrecorded', traceId, '00');
  expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  await create('recorded', traceIdOf('c'));
  await ended(traceIdOf('c'));
  expect(await spansOf(traceId)).toEqual([]);
});

it('marks a failed span with the kind of the error but not its message', async () => {
  const traceId = traceIdOf('d');
  const traceparent = `00-${traceId}-${clientSpan}-01`;
  expect((await fetch(`${url}/bug`, { headers: { traceparent } })).status).toBe(500);
  const spans = await ended(traceId);
  expect(spans.map(({ name, failed }) => [name, failed])).toEqual([
    ['SELECT', true],
    ['GET /bug', true],
  ]);
  expect(JSON.stringify(spans)).toContain('error.type');
  expect(JSON.stringify(spans)).not.toContain('secret');
});

it('begins no trace for health checks and scrapes', async () => {
  for (const path of ['/health/live', '/health/ready', '/metrics', '/nowhere'])
    await (await fetch(url + path, { headers: { traceparent: `00-${traceIdOf('e')}-${clientSpan}-01` } })).text();
  await create('after them', traceIdOf('f'));
  await ended(traceIdOf('f'));
  expect(await spansOf(traceIdOf('e'))).toEqual([]);
});

it('sends the same to a collector; one that is away costs two lines of log and no request', async () => {
  const sent = (traceId: string) => collected.filter((request) => request.includes(traceId));
  await create('seen', traceIdOf('7'));
  await until('the spans at the collector', () => sent(traceIdOf('7')).length > 0, 20_000);
  expect(sent(traceIdOf('7'))[0]).toMatch(/^\/v1\/traces .*"service\.name","value":\{"stringValue":"shop"\}/);

  const address = collector.address();
  await stopCollector();
  await create('unseen', traceIdOf('8'));
  await until('word that it is away', () => recorded.saying('the trace collector is away').length > 0, 20_000);
  await startCollector(typeof address === 'object' && address ? address.port : 0);
  const isBack = async () => {
    await create(`back-${Math.random()}`, traceIdOf('9'));
    return recorded.saying('the trace collector is back').length > 0;
  };
  await until('word that it is back', isBack, 20_000);
  expect(recorded.saying('the trace collector')).toHaveLength(2);
});

it.each([
  ['always_on', 0.1, 'TraceIdRatioBased{1}'],
  ['always_off', 0.1, 'TraceIdRatioBased{0}'],
  ['traceidratio', 0.1, 'TraceIdRatioBased{0.1}'],
  ['parentbased_traceidratio', 0.1, 'ParentBased{root=TraceIdRatioBased{0.1}'],
  ['parentbased_always_on', 0.1, 'ParentBased{root=TraceIdRatioBased{1}'],
] as const)('OTEL_TRACES_SAMPLER=%s with %d samples by %s', async (name, share, sampler) => {
  const made = await samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share });
  expect(made.toString().startsWith(sampler)).toBe(true);
});
