/** How many streams there may be, and what becomes of them when the gateway changes. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { nowhere, supergraphOf } from '#kit/gateway/gateway.ts';
import {
  type LiveFixture,
  liveFixture,
  liveSdls,
  type OpenStream,
  orderStream,
  untilStatus,
} from '#kit/gateway/live-fixture.ts';
import { until } from '#kit/vitest/until.ts';

const stranger = newId('User');
const customer = newId('User');
const quick = { LIVE_ALONE_MS: '50' };

const ended = (stream: OpenStream) => until('the end', () => stream.state.ended !== undefined);

describe('the number of streams', () => {
  const openings = async (fixture: LiveFixture, tokens: readonly string[]) => {
    const order = fixture.anOrder(customer);
    const streams: OpenStream[] = [];
    for (const token of tokens) {
      const stream = await fixture.open(order, { token });
      await until('open or refused', () => stream.updates.length > 0 || stream.state.ended !== undefined);
      streams.push(stream);
    }
    return streams;
  };
  const refusalOf = (stream: OpenStream | undefined): Response => {
    if (!stream?.state.error) throw new Error('the stream was not refused');
    return (stream.state.error as { response: Response }).response;
  };

  it('is limited per viewer, and a closed stream makes room', async () => {
    const fixture = await liveFixture({ ...quick, LIVE_STREAMS_PER_VIEWER: '2' });
    const token = await fixture.tokenOf(customer);
    const [first, , third] = await openings(fixture, [token, token, token]);
    expect(refusalOf(third).status).toBe(429);
    const [guest] = await openings(fixture, ['']);
    expect(guest?.state.error).toBeUndefined();
    first?.close();
    await until('room for another', async () => {
      const [again] = await openings(fixture, [token]);
      return again?.state.ended === undefined;
    });
    await fixture.close();
  });

  it('does not count a client that left while its key was looked up', async () => {
    const fixture = await liveFixture({ ...quick, LIVE_STREAMS_PER_VIEWER: '1' });
    const { key } = fixture.anApiKey(900);
    const verdict = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    fixture.holdVerdicts(async () => {
      asked.resolve();
      await verdict.promise;
    });
    const left = await fixture.open(fixture.anOrder(customer), { token: key });
    await asked.promise;
    left.close();
    // The gateway has to hear that the connection is closed before the verdict comes.
    await pause(100);
    verdict.resolve();
    await pause(100);
    const [stream] = await openings(fixture, [key]);
    expect(stream?.state.error).toBeUndefined();
    await fixture.close();
  });

  it.each([
    ['long', `"${'x'.repeat(9_000)}"`],
    ['nested by the thousand', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ])('does not include an operation that is %s: it is refused before its stream is opened', async (_, id) => {
    const fixture = await liveFixture({ ORDER_SUBGRAPH_URL: nowhere, LIVE_STREAMS_PER_ADDRESS: '1' });
    const statusFor = async (variables: string) => {
      const headers = { 'content-type': 'application/json' };
      const body = `{"query": ${JSON.stringify(orderStream)}, "variables": {"id": ${variables}}}`;
      return (await fetch(`${fixture.gateways[0]?.url}/graphql/stream`, { method: 'POST', headers, body })).status;
    };
    expect([await statusFor(id), await statusFor(`"${newId('Order')}"`)]).toEqual([413, 200]);
    await fixture.close();
  });

  it('is limited for all guests of one IPv6 network together', async () => {
    // Nothing to look at yet: each stream stays open and waits.
    const away = { ORDER_SUBGRAPH_URL: nowhere };
    const fixture = await liveFixture({ ...away, LIVE_STREAMS_PER_ADDRESS: '2', TRUSTED_PROXIES: 'loopback' });
    const body = JSON.stringify({ query: orderStream, variables: { id: newId('Order') } });
    const statusFor = async (address: string) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
      return (await fetch(`${fixture.gateways[0]?.url}/graphql/stream`, { method: 'POST', headers, body })).status;
    };
    const statuses = [];
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1'])
      statuses.push(await statusFor(address));
    expect(statuses).toEqual([200, 200, 429, 200]);
    await fixture.close();
  });

  it('of a guest with a session is limited by the session, and by the address whatever session', async () => {
    const away = { ORDER_SUBGRAPH_URL: nowhere, TRUSTED_PROXIES: 'loopback' };
    const fixture = await liveFixture({ ...away, LIVE_STREAMS_PER_VIEWER: '2', LIVE_STREAMS_PER_ADDRESS: '3' });
    const [one, other] = [await fixture.tokenOf(newId('Guest')), await fixture.tokenOf(newId('Guest'))];
    const body = JSON.stringify({ query: orderStream, variables: { id: newId('Order') } });
    const statuses = [];
    for (const [token, address] of [
      [one, '192.0.2.1'],
      [one, '192.0.2.2'],
      [one, '192.0.2.3'],
      [other, '192.0.2.1'],
      [other, '192.0.2.1'],
      ['', '192.0.2.1'],
      ['', '192.0.2.1'],
    ] as const) {
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': address,
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const stream = await fetch(`${fixture.gateways[0]?.url}/graphql/stream`, { method: 'POST', headers, body });
      statuses.push(stream.status);
    }
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429, 429]);
    await fixture.close();
  });

  it('is limited per process', async () => {
    const fixture = await liveFixture({ ...quick, LIVE_STREAMS: '2' });
    const tokens = await Promise.all([customer, customer, stranger].map((name) => fixture.tokenOf(name)));
    const [, , third] = await openings(fixture, tokens);
    const response = refusalOf(third);
    expect({ status: response.status, retryAfter: response.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    await fixture.close();
  });

  it('is zero where live updates are off', async () => {
    const fixture = await liveFixture({ LIVE_UPDATES: 'off' });
    const stream = await fixture.open(fixture.anOrder());
    await ended(stream);
    expect(refusalOf(stream).status).toBe(404);
    await fixture.close();
  });
});

describe('when the gateway changes', () => {
  it('a shutdown cuts streams so that clients reconnect, and is immediate', async () => {
    const fixture = await liveFixture(quick);
    const stream = await fixture.open(fixture.anOrder());
    await untilStatus(stream, 'PLACED');
    await fixture.closeGateways();
    await ended(stream);
    expect(stream.state.ended).toBe('error');
    await fixture.close();
  });

  it('a new schema ends the streams that are invalid on it, the others go on', async () => {
    const file = path.join(tmpdir(), `agora-live-${process.pid}.graphql`);
    writeFileSync(file, supergraphOf(liveSdls));
    const fixture = await liveFixture({ LIVE_ALONE_MS: '60000', SUPERGRAPH_SDL: '', SUPERGRAPH_FILE: file });
    const order = fixture.anOrder();
    const noted = await fixture.open(order, { selection: 'status note' });
    const plain = await fixture.open(order);
    await untilStatus(noted, 'PLACED');
    await untilStatus(plain, 'PLACED');
    await fixture.change(order, 'AUTHORIZING', { silently: true });
    writeFileSync(file, supergraphOf({ ...liveSdls, order: liveSdls.order.replace('note(of: String): String', '') }));
    await ended(noted);
    await untilStatus(plain, 'AUTHORIZING');
    expect(noted.codes()).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(plain.state.ended).toBeUndefined();
    plain.close();
    await fixture.close();
    rmSync(file);
  });
});
