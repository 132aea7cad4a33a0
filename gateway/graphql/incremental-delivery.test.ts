import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFakeSubgraph, type FakeSubgraph } from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture, supergraphOf } from '#kit/gateway/gateway.ts';

// Composition drops a @defer that a subgraph defines itself.
const sdl = `
  directive @defer(label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query { me: String }`;

let user: FakeSubgraph;
let gateway: GatewayFixture;

beforeAll(async () => {
  user = await aFakeSubgraph(() => ({ data: { me: 'Ada' } }));
  gateway = await aGateway({ USER_SUBGRAPH_URL: user.url, SUPERGRAPH_SDL: supergraphOf({ user: sdl }) });
});
afterAll(async () => {
  for (const { close } of [gateway, user]) await close();
});

const send = async (query: string, accept: string) => {
  const { status, body } = await gateway.ask(query, { headers: { accept } });
  return { status, codes: body.errors?.map(({ extensions }) => extensions.code), data: body.data };
};
// Apollo Client's.
const inParts = 'multipart/mixed;deferSpec=20220824,application/json';

describe('@defer and @stream', () => {
  it.each([
    ['{ me ... @defer { again: me } }', ['INCREMENTAL_DELIVERY_NOT_SUPPORTED']],
    ['{ me ...Rest @defer } fragment Rest on Query { again: me }', ['INCREMENTAL_DELIVERY_NOT_SUPPORTED']],
    ['{ me @stream }', ['INCREMENTAL_DELIVERY_NOT_SUPPORTED']],
    ['{ me @other }', ['GRAPHQL_VALIDATION_FAILED']],
  ])('are refused with a code of their own, and nothing is fetched: %s', async (query, [code]) => {
    const { status, codes, data } = await send(query, 'application/graphql-response+json');
    expect([status, codes?.[0], data]).toEqual([400, code, undefined]);
    expect(await send(query, inParts)).toMatchObject({ status: 200, codes });
    expect(user.asked).toEqual([]);
  });

  it('a client that would take parts gets what comes in one', async () => {
    expect(await send('{ me }', inParts)).toMatchObject({ status: 200, data: { me: 'Ada' } });
    user.asked.length = 0;
  });
});
