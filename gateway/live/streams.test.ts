/** The door for streams, through a whole gateway. Nothing publishes changes here: it looks every 50 ms. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type LiveFixture, liveFixture, type OpenStream, orderStream, untilStatus } from '#kit/gateway/live-fixture.ts';
import { until } from '#kit/vitest/until.ts';

const stranger = newId('User');
const quick = { LIVE_ALONE_MS: '50' };

const ended = (stream: OpenStream) => until('the end', () => stream.state.ended !== undefined);

describe('a stream', () => {
  let fixture: LiveFixture;
  beforeAll(async () => {
    fixture = await liveFixture(quick);
  });
  afterAll(() => fixture.close());
  afterEach(() => {
    fixture.payments.before = () => undefined;
  });

  const post = async (body: string, headers: Record<string, string> = {}, at = '/graphql/stream') =>
    fetch(`${fixture.gateways[0]?.url}${at}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  it.each(['/graphql/stream', '/graphql'])('at %s shows changes without notifications, and completes', async (at) => {
    const order = fixture.anOrder();
    const stream = await fixture.open(order, { path: at });
    await untilStatus(stream, 'PLACED');
    await fixture.change(order, 'AUTHORIZING', { silently: true });
    await untilStatus(stream, 'AUTHORIZING');
    await fixture.change(order, 'CONFIRMED', { silently: true });
    await ended(stream);
    expect(stream.statuses()).toEqual(['PLACED', 'AUTHORIZING', 'CONFIRMED']);
    expect(stream.state.ended).toBe('complete');
  });

  it("shows data of other subgraphs, without the gateway's own fields", async () => {
    const stream = await fixture.open(fixture.anOrder(), { selection: 'status paid' });
    await until('an update', () => stream.updates.length > 0);
    stream.close();
    expect(stream.updates[0]).toEqual({ data: { orderUpdated: { status: 'PLACED', paid: expect.any(Number) } } });
  });

  it('shows the rest while a subgraph fails, and everything when it is back', async () => {
    let isBroken = true;
    fixture.payments.before = () => {
      if (isBroken) throw new Error('broken on purpose');
    };
    const stream = await fixture.open(fixture.anOrder(), { selection: 'status paid' });
    await until('a part', () => stream.updates.length > 0);
    expect(stream.updates[0]).toMatchObject({
      data: { orderUpdated: { status: 'PLACED', paid: null } },
      errors: [{ path: ['orderUpdated', 'paid'] }],
    });
    isBroken = false;
    await until('the manifest', () => stream.updates.length > 1);
    stream.close();
    expect(stream.updates.at(-1)?.errors).toBeUndefined();
  });

  it.each([
    ["somebody else's order", async () => ({ id: fixture.anOrder().id, token: await fixture.tokenOf(stranger) })],
    ['an order that does not exist', async () => ({ id: 'ord_none', token: await fixture.tokenOf(stranger) })],
    ["an order that is nobody's business of a guest", async () => ({ id: fixture.anOrder().id, token: '' })],
  ])("of %s has the query's errors, and completes", async (_, make) => {
    const { id, token } = await make();
    const stream = await fixture.open({ id }, { token });
    await ended(stream);
    expect(stream.updates).toEqual([{ data: { orderUpdated: null } }]);
    expect(stream.state.ended).toBe('complete');
  });

  it.each([
    ['no GraphQL', 'subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { orderUpdated(id: "a") { nothing } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two fields',
      'subscription { a: orderUpdated(id: "a") { id } b: orderUpdated(id: "a") { id } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a variable that is missing', orderStream, {}, 'BAD_USER_INPUT'],
    [
      'a field without change notifications',
      'subscription { somethingElse(id: "a") { id } }',
      {},
      'SUBSCRIPTION_NOT_SUPPORTED',
    ],
    ['a query', '{ order(id: "a") { id } }', {}, 'SUBSCRIPTION_EXPECTED'],
    ['a mutation', 'mutation { spoil(id: "a") { id } }', {}, 'SUBSCRIPTION_EXPECTED'],
  ])('of %s has an error, and completes', async (_, query, variables, code) => {
    const stream = await fixture.open(fixture.anOrder(), { query, variables });
    await ended(stream);
    expect(stream.codes()).toEqual([code]);
  });

  it('is required for a subscription: a plain request is answered with an error', async () => {
    const { status, body } = (await fixture.gateways[0]?.ask(orderStream, { variables: { id: 'a' } })) ?? {};
    expect({ status, codes: body?.errors?.map(({ extensions }) => extensions.code) }).toEqual({
      status: 406,
      codes: ['SUBSCRIPTION_NEEDS_STREAM'],
    });
  });

  it.each([
    ['another content type', JSON.stringify({ query: orderStream }), { 'content-type': 'text/plain' }, 415],
    ['no JSON', '{', {}, 400],
    ['variables that are none', '{"query":"{ a }","variables":7}', {}, 400],
    ['a token that is none', '{}', { authorization: 'Bearer a.b.c' }, 401],
  ])('is refused for a body with %s', async (_, body, headers, status) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
  });

  it('is shared when opened five times, until the last one is closed', async () => {
    const order = fixture.anOrder();
    const [streams, before] = [[] as OpenStream[], fixture.reads.count];
    for (let index = 0; index < 5; index++)
      streams.push(await fixture.open(order, { token: await fixture.tokenOf(order.customerId) }));
    for (const stream of streams) await untilStatus(stream, 'PLACED');
    const response = await fetch(`${fixture.gateways[0]?.url}/metrics`);
    const metrics = await response.text();
    expect(/^agora_gateway_live_streams\S* (\d+)$/m.exec(metrics)?.[1]).toBe('5');
    expect(/^agora_gateway_live_queries\S* (\d+)$/m.exec(metrics)?.[1]).toBe('1');
    expect(fixture.reads.count).toBeGreaterThan(before);
    for (const stream of streams) stream.close();
    await until('all forgotten', async () => {
      const text = await (await fetch(`${fixture.gateways[0]?.url}/metrics`)).text();
      return /^agora_gateway_live_queries\S* 0$/m.test(text) && /^agora_gateway_live_streams\S* 0$/m.test(text);
    });
  });

  it.each(['access token', 'API key'])('ends with an error when the %s expires', async (credential) => {
    const machine = fixture.anApiKey(2);
    const order = fixture.anOrder(credential === 'API key' ? machine.id : undefined);
    const token = credential === 'API key' ? machine.key : await fixture.tokenOf(order.customerId, 2);
    const stream = await fixture.open(order, { token });
    await ended(stream);
    expect(stream.codes()).toEqual(['UNAUTHENTICATED']);
    expect(stream.statuses()).toContain('PLACED');
  });

  it("ends with an error when its session is denied; other customers' go on", async () => {
    const [order, other] = [fixture.anOrder(), fixture.anOrder()];
    const [stream, others] = [await fixture.open(order), await fixture.open(other)];
    for (const each of [stream, others]) await untilStatus(each, 'PLACED');
    await fixture.deny(order.customerId);
    await ended(stream);
    expect(stream.codes()).toEqual(['UNAUTHENTICATED']);
    await fixture.change(other, 'CONFIRMED');
    await ended(others);
    expect([others.codes(), others.state.ended]).toEqual([[], 'complete']);
  });
});
