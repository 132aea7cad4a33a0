/** One purchase is one trace, from the customer's request to the last notification. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { succeed } from '#launcher/shopper/shopper.ts';
import { subgraphNames } from '#ops/services.ts';
import pg from '#platform/database/pg.ts';
import { readTraces, type SpanNode, type Trace } from '#tools/trace.ts';
import { agora, aShopper, variantOf } from './shop.ts';

const token = 'tok_approve';

/** The traces that the order's messages carry through outboxes and queues. */
const tracesOf = async (orderId: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString: agora.databaseUrls.order });
  await client.connect();
  const { rows } = await client.query<{ trace: string }>(
    `SELECT DISTINCT split_part(traceparent, '-', 2) AS trace FROM outbox_message WHERE aggregate_id = $1`,
    [orderId],
  );
  await client.end();
  return rows.map(({ trace }) => trace);
};

/** From a root down to each span, what leads there. */
const paths = (nodes: readonly SpanNode[], above: readonly string[] = []): string[][] =>
  nodes.flatMap((node) => {
    const path = [...above, `${node.span.service}: ${node.span.name}`];
    return [path, ...paths(node.below, path)];
  });

/** Waits until its last message is handled, and no span lacks the one that it hangs below: that one ends later. */
const wholeTrace = async (traceId: string | undefined): Promise<Trace> => {
  const isWhole = ({ roots, spans }: Trace): boolean =>
    roots.length === 1 && spans.some(({ service, name }) => service === 'user' && name === 'process order.confirmed');
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(250)) {
    const trace = (await readTraces(agora.tracesFile)).find((one) => one.traceId === traceId);
    if (trace && isWhole(trace)) return trace;
  }
  throw new Error(`trace ${traceId} is not whole after 20 s: see ${agora.tracesFile}`);
};

test('one purchase is one trace through gateway, subgraphs, statements, outboxes, queues and consumers', async () => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id });
  const placed = succeed(await shopper.place({ paymentMethodToken: token, waitMs: 5_000 }), 'PlaceOrderSuccess');
  await shopper.orderReaches(placed.order.id, ['CONFIRMED']);
  const traceIds = await tracesOf(placed.order.id);
  expect(traceIds).toHaveLength(1);
  const { roots, spans } = await wholeTrace(traceIds[0]);

  expect(roots[0]?.span).toMatchObject({ service: 'gateway', name: 'POST /graphql', kind: 'SERVER', failed: false });
  expect(roots[0]?.span).not.toHaveProperty('parentSpanId');
  expect(roots[0]?.span.attributes).toMatchObject({ 'graphql.operation.name': 'PlaceOrder' });
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['gateway', ...subgraphNames]));

  const ways = paths(roots);
  const saga = ways.find((way) => way.at(-1) === 'user: process order.confirmed') ?? [];
  expect(saga.slice(0, saga.indexOf('order: outbox add') + 1)).toEqual([
    'gateway: POST /graphql',
    'gateway: gateway.request',
    'gateway: gateway.execute',
    'gateway: gateway.fetch',
    'gateway: POST /graphql',
    'order: POST /graphql',
    'order: Mutation.placeOrder',
    'order: outbox add',
  ]);
  const hops = ['outbox add', 'publish', 'process'];
  expect(saga.filter((step) => hops.some((hop) => step.includes(`: ${hop}`)))).toEqual([
    ...hop('stock.reserve', 'order', 'product'),
    ...hop('stock.reserved', 'product', 'order'),
    ...hop('payment.authorize', 'order', 'payment'),
    ...hop('payment.authorized', 'payment', 'order'),
    ...hop('stock.commit', 'order', 'product'),
    ...hop('stock.committed', 'product', 'order'),
    ...hop('payment.capture', 'order', 'payment'),
    ...hop('payment.captured', 'payment', 'order'),
    ...hop('order.confirmed', 'order', 'user'),
  ]);

  for (const service of subgraphNames)
    expect(ways.map((way) => way.slice(-2))).toContainEqual([
      expect.stringMatching(`^${service}: process `),
      `${service}: INSERT inbox_message`,
    ]);
});

const hop = (type: string, from: string, to: string): string[] => [
  `${from}: outbox add`,
  `${from}: publish ${type}`,
  `${to}: process ${type}`,
];

test('spans hold statements and no values: no address, no token, no password', async () => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id });
  const placed = succeed(await shopper.place({ paymentMethodToken: token, waitMs: 5_000 }), 'PlaceOrderSuccess');
  const [traceId] = await tracesOf(placed.order.id);
  const { spans } = await wholeTrace(traceId);
  const statements = spans.flatMap(({ attributes }) => attributes['db.query.text'] ?? []);
  expect(statements).toContainEqual(expect.stringMatching(/INSERT INTO .*"payment".*VALUES \(\$1,/));
  const everything = JSON.stringify(await readTraces(agora.tracesFile));
  for (const secret of [shopper.email, token, 'demo-staff']) expect(everything).not.toContain(secret);
});
