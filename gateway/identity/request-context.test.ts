import { afterEach, describe, expect, it } from 'vitest';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { answer, aReplica, type Behaviour, neverAnswer, type Replica } from '#kit/gateway/upstream.ts';
import { until } from '#kit/vitest/until.ts';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.close();
});

const products = { data: { products: [] } };

const fixture = async (user: Behaviour, product: Behaviour, environment: Record<string, string> = {}) => {
  const [users, others] = [await aReplica(user), await aReplica(product)];
  const gateway = await aGateway({
    USER_SUBGRAPH_URL: users.url,
    PRODUCT_SUBGRAPH_URL: others.url,
    ...environment,
  });
  running.push(users, others, gateway);
  return { users, gateway };
};

/** Keeps the headers of the newest request. */
const keepingHeaders = () => {
  let newest: Record<string, unknown> = {};
  const behaviour: Behaviour = (response, request) => {
    newest = request.headers;
    answer()(response, request);
  };
  return { behaviour, newest: () => newest };
};

describe('headers of a client', () => {
  const sent = { 'x-tenant': 'acme', 'x-other': 'no', cookie: 'a=1', 'x-agora-viewer': 'forged' };

  it('are not forwarded by default', async () => {
    const { behaviour, newest } = keepingHeaders();
    const { gateway } = await fixture(behaviour, answer());
    await gateway.ask('{ me }', { headers: sent });
    expect(Object.keys(newest()).toSorted()).toEqual(
      ['accept', 'connection', 'content-length', 'content-type', 'host', 'x-agora-viewer', 'x-request-id'].toSorted(),
    );
    expect(newest()['x-agora-viewer']).not.toBe('forged');
  });

  it('are forwarded when configured, and then distinguish identical queries', async () => {
    const { behaviour, newest } = keepingHeaders();
    const { gateway, users } = await fixture(behaviour, answer(), { FORWARD_REQUEST_HEADERS: 'X-Tenant, cookie' });
    await gateway.ask('{ me }', { headers: sent });
    expect(newest()).toMatchObject({ 'x-tenant': 'acme', cookie: 'a=1' });
    expect(newest()).not.toHaveProperty('x-other');

    users.received.length = 0;
    users.behave((response, request) => void setTimeout(() => answer()(response, request), 100));
    const tenants = ['acme', 'other'];
    await Promise.all(tenants.map((tenant) => gateway.ask('{ me }', { headers: { 'x-tenant': tenant } })));
    expect(users.received).toHaveLength(2);
  });
});

describe('headers of a subgraph', () => {
  const saying =
    (headers: Record<string, string | string[]>, body: object): Behaviour =>
    (response) =>
      void response.writeHead(200, headers).end(JSON.stringify(body));
  const both = '{ me products { id } }';
  const user = saying({ 'set-cookie': ['u=1', 'v=2'], 'x-region': 'north' }, { data: { me: 'Ada' } });
  const product = saying({ 'set-cookie': 'p=1', 'x-region': 'south' }, products);

  it('are not returned by default', async () => {
    const { gateway } = await fixture(user, product);
    const { headers } = await gateway.ask(both);
    expect([headers.get('set-cookie'), headers.get('x-region')]).toEqual([null, null]);
  });

  it('are returned when configured: every cookie, and the first of any other header', async () => {
    const { gateway } = await fixture(user, product, { FORWARD_RESPONSE_HEADERS: 'set-cookie, x-region' });
    const { headers } = await gateway.ask(both);
    expect(headers.getSetCookie().toSorted()).toEqual(['p=1', 'u=1', 'v=2']);
    expect(headers.get('x-region')).toMatch(/^(north|south)$/);
  });
});

describe('a client that disconnects', () => {
  const hangUpOn = async ({ url }: GatewayFixture, query: string, users: Replica) => {
    const client = new AbortController();
    const asking = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: client.signal,
    });
    await until('the subgraph is asked', () => users.received.length > 0);
    client.abort();
    await expect(asking).rejects.toThrow();
  };

  it('aborts its query, without an error in the log', async () => {
    let calledOff = false;
    const { gateway, users } = await fixture((response) => {
      response.on('close', () => {
        calledOff = true;
      });
    }, neverAnswer);
    await hangUpOn(gateway, '{ me }', users);
    await until('the subgraph is let go', () => calledOff);
    expect(gateway.lines.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('does not abort its mutation', async () => {
    const product = await aReplica(neverAnswer);
    const gateway = await aGateway({ PRODUCT_SUBGRAPH_URL: product.url });
    running.push(product, gateway);
    let outcome = '';
    product.behave((response, request) => {
      request.socket.on('close', () => {
        outcome ||= 'called off';
      });
      setTimeout(() => {
        answer({ data: { rename: null } })(response, request);
        outcome ||= 'answered';
      }, 150);
    });
    await hangUpOn(gateway, 'mutation { rename(id: "1", title: "x") { id } }', product);
    await until('it has ended', () => outcome !== '');
    expect(outcome).toBe('answered');
  });
});
