import { expect, it } from 'vitest';
import type { SubgraphAnswer, SubgraphClient } from '../upstream/subgraph-client.ts';
import { subgraphClients } from './subgraph-clients.ts';

/** Clients that answer when told to, and remember what became of them. */
const fixture = () => {
  const events: string[] = [];
  const waiting: ((answer: SubgraphAnswer) => void)[] = [];
  const clients = subgraphClients((name, url) => {
    if (!url) throw new Error('no URL');
    events.push(`open ${name} ${url}`);
    const client: Pick<SubgraphClient, 'call' | 'close'> = {
      call: () => new Promise((resolve) => waiting.push(resolve)),
      close: async () => void events.push(`close ${name} ${url}`),
    };
    return client as SubgraphClient;
  });
  const answerAll = async () => {
    for (const answer of waiting.splice(0)) answer({ data: {} });
    await new Promise(setImmediate);
  };
  return { clients, events, answerAll };
};
const call = (held: { client: Pick<SubgraphClient, 'call'> }) =>
  (held.client.call as (request: object, headers: object) => Promise<SubgraphAnswer>)({ query: '{ a }' }, {});

it('two supergraphs share the client of a subgraph at the same URL', () => {
  const { clients, events } = fixture();
  const before = clients.acquire('user', 'http://a');
  clients.acquire('user', 'http://a');
  before.release();
  expect(events).toEqual(['open user http://a']);
});

it('an unused client is closed after its last call', async () => {
  const { clients, events, answerAll } = fixture();
  const old = clients.acquire('user', 'http://a');
  const underWay = call(old);
  clients.acquire('user', 'http://b');
  old.release();
  expect(events).toEqual(['open user http://a', 'open user http://b']);
  await answerAll();
  expect(await underWay).toEqual({ data: {} });
  expect(events).toEqual(['open user http://a', 'open user http://b', 'close user http://a']);
});

it('a request that outlives its supergraph can still make calls', async () => {
  const { clients, events, answerAll } = fixture();
  const old = clients.acquire('user', 'http://a');
  old.release();
  const late = call(old);
  await answerAll();
  expect(await late).toEqual({ data: {} });
  expect(events).toEqual(['open user http://a', 'close user http://a', 'open user http://a', 'close user http://a']);
});

it('an invalid URL throws at once, and leaves nothing open', async () => {
  const { clients, events } = fixture();
  expect(() => clients.acquire('user', '')).toThrow('no URL');
  await clients.close();
  expect(events).toEqual([]);
});
