/** The door for streams, through a whole gateway. Nothing announces changes here: it looks every 50 ms. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../contracts/ids.ts';
import { supergraphOf } from '../../tests/kit/gateway-builders.ts';
import {
  type LiveScene,
  liveScene,
  liveSdls,
  type OpenStream,
  orderStream,
  untilStatus,
} from '../../tests/kit/live-scene.ts';
import { until } from '../../tests/kit/until.ts';

const stranger = newId('User');
const customer = newId('User');
const quick = { LIVE_ALONE_MS: '50' };

const ended = (stream: OpenStream) => until('the end', () => stream.state.ended !== undefined);

describe('a stream', () => {
  let scene: LiveScene;
  beforeAll(async () => {
    scene = await liveScene(quick);
  });
  afterAll(() => scene.close());
  afterEach(() => {
    scene.payments.before = () => undefined;
  });

  const post = async (body: string, headers: Record<string, string> = {}, at = '/graphql/stream') =>
    fetch(`${scene.gateways[0]?.url}${at}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  it.each(['/graphql/stream', '/graphql'])('at %s shows changes without being told, and ends', async (at) => {
    const order = scene.anOrder();
    const stream = await scene.open(order, { path: at });
    await untilStatus(stream, 'PLACED');
    await scene.change(order, 'AUTHORIZING', { silently: true });
    await untilStatus(stream, 'AUTHORIZING');
    await scene.change(order, 'CONFIRMED', { silently: true });
    await ended(stream);
    expect(stream.statuses()).toEqual(['PLACED', 'AUTHORIZING', 'CONFIRMED']);
    expect(stream.state.ended).toBe('complete');
  });

  it('shows what other subgraphs know, without what the gateway asks for itself', async () => {
    const stream = await scene.open(scene.anOrder(), { selection: 'status paid' });
    await until('an update', () => stream.updates.length > 0);
    stream.close();
    expect(stream.updates[0]).toEqual({ data: { orderUpdated: { status: 'PLACED', paid: expect.any(Number) } } });
  });

  it('shows the rest while a subgraph fails, and the whole when it is back', async () => {
    let isBroken = true;
    scene.payments.before = () => {
      if (isBroken) throw new Error('broken on purpose');
    };
    const stream = await scene.open(scene.anOrder(), { selection: 'status paid' });
    await until('a part', () => stream.updates.length > 0);
    expect(stream.updates[0]).toMatchObject({
      data: { orderUpdated: { status: 'PLACED', paid: null } },
      errors: [{ path: ['orderUpdated', 'paid'] }],
    });
    isBroken = false;
    await until('the whole', () => stream.updates.length > 1);
    stream.close();
    expect(stream.updates.at(-1)?.errors).toBeUndefined();
  });

  it.each([
    ["somebody else's order", async () => ({ id: scene.anOrder().id, token: await scene.tokenOf(stranger) })],
    ['an order that does not exist', async () => ({ id: 'ord_none', token: await scene.tokenOf(stranger) })],
    ["an order that is nobody's business of a guest", async () => ({ id: scene.anOrder().id, token: '' })],
  ])('of %s says what the query says, and ends', async (_, make) => {
    const { id, token } = await make();
    const stream = await scene.open({ id }, { token });
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
    ['what nothing tells of', 'subscription { somethingElse(id: "a") { id } }', {}, 'SUBSCRIPTION_NOT_SUPPORTED'],
    ['a query', '{ order(id: "a") { id } }', {}, 'SUBSCRIPTION_EXPECTED'],
    ['a mutation', 'mutation { spoil(id: "a") { id } }', {}, 'SUBSCRIPTION_EXPECTED'],
  ])('of %s says so, and ends', async (_, query, variables, code) => {
    const stream = await scene.open(scene.anOrder(), { query, variables });
    await ended(stream);
    expect(stream.codes()).toEqual([code]);
  });

  it('is not what a plain request for a subscription gets: that is told where to go', async () => {
    const { status, body } = (await scene.gateways[0]?.ask(orderStream, { variables: { id: 'a' } })) ?? {};
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

  it('that somebody opens five times is one question, until the last one is closed', async () => {
    const order = scene.anOrder();
    const [streams, before] = [[] as OpenStream[], scene.reads.count];
    for (let index = 0; index < 5; index++)
      streams.push(await scene.open(order, { token: await scene.tokenOf(order.customerId) }));
    for (const stream of streams) await untilStatus(stream, 'PLACED');
    const response = await fetch(`${scene.gateways[0]?.url}/metrics`);
    const metrics = await response.text();
    expect(/^agora_gateway_live_streams\S* (\d+)$/m.exec(metrics)?.[1]).toBe('5');
    expect(/^agora_gateway_live_queries\S* (\d+)$/m.exec(metrics)?.[1]).toBe('1');
    expect(scene.reads.count).toBeGreaterThan(before);
    for (const stream of streams) stream.close();
    await until('all forgotten', async () => {
      const text = await (await fetch(`${scene.gateways[0]?.url}/metrics`)).text();
      return /^agora_gateway_live_queries\S* 0$/m.test(text) && /^agora_gateway_live_streams\S* 0$/m.test(text);
    });
  });

  it('ends with the access token, and says so', async () => {
    const order = scene.anOrder();
    const stream = await scene.open(order, { token: await scene.tokenOf(order.customerId, 2) });
    await ended(stream);
    expect(stream.codes()).toEqual(['UNAUTHENTICATED']);
    expect(stream.statuses()).toContain('PLACED');
  });
});

describe('how many streams there may be', () => {
  const openings = async (scene: LiveScene, tokens: readonly string[]) => {
    const order = scene.anOrder(customer);
    const streams: OpenStream[] = [];
    for (const token of tokens) {
      const stream = await scene.open(order, { token });
      await until('open or refused', () => stream.updates.length > 0 || stream.state.ended !== undefined);
      streams.push(stream);
    }
    return streams;
  };
  const refusalOf = (stream: OpenStream | undefined): Response => {
    if (!stream?.state.error) throw new Error('the stream was not refused');
    return (stream.state.error as { response: Response }).response;
  };

  it('is limited for one viewer, and a stream that ends makes room', async () => {
    const scene = await liveScene({ ...quick, LIVE_STREAMS_PER_VIEWER: '2' });
    const token = await scene.tokenOf(customer);
    const [first, , third] = await openings(scene, [token, token, token]);
    expect(refusalOf(third).status).toBe(429);
    const [guest] = await openings(scene, ['']);
    expect(guest?.state.error).toBeUndefined();
    first?.close();
    await until('room for another', async () => {
      const [again] = await openings(scene, [token]);
      return again?.state.ended === undefined;
    });
    await scene.close();
  });

  it('is limited for the process', async () => {
    const scene = await liveScene({ ...quick, LIVE_STREAMS: '2' });
    const tokens = await Promise.all([customer, customer, stranger].map((name) => scene.tokenOf(name)));
    const [, , third] = await openings(scene, tokens);
    const response = refusalOf(third);
    expect({ status: response.status, retryAfter: response.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    await scene.close();
  });

  it('is none where live updates are off', async () => {
    const scene = await liveScene({ LIVE_UPDATES: 'off' });
    const stream = await scene.open(scene.anOrder());
    await ended(stream);
    expect(refusalOf(stream).status).toBe(404);
    await scene.close();
  });
});

describe('when the gateway changes', () => {
  it('its end is no end of the story: streams are cut so that clients come back, and it ends at once', async () => {
    const scene = await liveScene(quick);
    const stream = await scene.open(scene.anOrder());
    await untilStatus(stream, 'PLACED');
    await scene.closeGateways();
    await ended(stream);
    expect(stream.state.ended).toBe('error');
    await scene.close();
  });

  it('a new schema ends the streams that no longer fit it, and the others go on', async () => {
    const file = path.join(tmpdir(), `agora-live-${process.pid}.graphql`);
    writeFileSync(file, supergraphOf(liveSdls));
    const scene = await liveScene({ LIVE_ALONE_MS: '60000', SUPERGRAPH_SDL: '', SUPERGRAPH_FILE: file });
    const order = scene.anOrder();
    const noted = await scene.open(order, { selection: 'status note' });
    const plain = await scene.open(order);
    await untilStatus(noted, 'PLACED');
    await untilStatus(plain, 'PLACED');
    await scene.change(order, 'AUTHORIZING', { silently: true });
    writeFileSync(file, supergraphOf({ ...liveSdls, order: liveSdls.order.replace('note(of: String): String', '') }));
    await ended(noted);
    await untilStatus(plain, 'AUTHORIZING');
    expect(noted.codes()).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(plain.state.ended).toBeUndefined();
    plain.close();
    await scene.close();
    rmSync(file);
  });
});
