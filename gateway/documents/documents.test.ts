import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aDocumentsFixture,
  type DocumentsFixture,
  get,
  outcome,
  outcomeOf,
  persistedQuery,
  post,
} from '#kit/gateway/documents.ts';
import type { GatewayFixture } from '#kit/gateway/gateway.ts';
import { getTarget } from '#kit/network/get-target.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { documentId } from './document-text.ts';
import { unlistedLog } from './documents.ts';

const me = 'query Me {\n  me\n}';
const rename = 'mutation Rename {\n  rename(id: "1", title: "x") {\n    id\n  }\n}';
const unlisted = '{ me whoAmI }';
const ada = [200, { me: 'Ada' }];

let fixture: DocumentsFixture;
const gateways: Record<string, GatewayFixture> = {};
const gateway = (mode: string): GatewayFixture => {
  const found = gateways[mode];
  if (!found) throw new Error(`there is no gateway ${mode}`);
  return found;
};

beforeAll(async () => {
  fixture = await aDocumentsFixture(me, rename);
  for (const mode of ['off', 'log', 'require']) gateways[mode] = await fixture.start({ TRUSTED_DOCUMENTS: mode });
});
afterAll(() => fixture.close());

describe.each(['off', 'log', 'require'])('in the mode %s', (mode) => {
  it.each([
    ['documentId with its prefix', { documentId: `sha256:${documentId(me)}` }],
    ['a bare documentId', { documentId: documentId(me) }],
    ['the hash of APQ', { extensions: persistedQuery(me) }],
  ])('a listed document is answered by %s, with POST and with GET', async (_, body) => {
    expect(await post(gateway(mode), body)).toEqual(ada);
    expect(await outcome(await get(gateway(mode), body))).toEqual(ada);
  });

  it('a listed text is answered, however it is spelt', async () => {
    expect(await post(gateway(mode), { query: me })).toEqual(ada);
    expect(await post(gateway(mode), { query: 'query Me{me}#' })).toEqual(ada);
    expect(await outcome(await get(gateway(mode), { query: 'query Me{me}' }))).toEqual(ada);
  });

  it('a listed mutation is not for GET', async () => {
    expect(await outcome(await get(gateway(mode), { documentId: documentId(rename) }))).toEqual([405, 'BAD_REQUEST']);
  });

  it('variables, the name and other extensions stay what they were', async () => {
    const body = { documentId: documentId(me), operationName: 'Other', extensions: { ...persistedQuery(me), mine: 1 } };
    expect(await post(gateway(mode), body)).toEqual([400, 'OPERATION_RESOLUTION_FAILURE']);
    expect(await post(gateway(mode), { ...body, operationName: 'Me', variables: {} })).toEqual(ada);
  });

  it('an id that nobody has published is told from a document that is gone for the moment', async () => {
    const response = await get(gateway(mode), { documentId: documentId(unlisted) });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await outcome(response)).toEqual([404, 'PERSISTED_QUERY_NOT_IN_LIST']);
  });
});

describe.each(['off', 'require'])('in the mode %s, one reading of the request target decides', (mode) => {
  const got = async (target: string) => outcomeOf(await getTarget(gateway(mode).url, target));
  const [listed, other] = [me, unlisted].map(encodeURIComponent);

  it.each([
    ['in the query', `/graphql?#&query=${other}`],
    ['behind another parameter', `/graphql?x=1#&query=${other}`],
    ['in the place of the question mark', `/graphql#?query=${other}`],
    ['behind a listed document', `/graphql?query=${listed}#&query=${other}`],
    ['at its end', `/graphql?query=${listed}#`],
  ])('"#" %s is no request target', async (_, target) => {
    expect(await got(target)).toEqual([400, 'BAD_REQUEST']);
  });

  it.each([
    ['a document given twice', `query=${listed}&query=${other}`],
    ['an id given twice', `documentId=${documentId(me)}&documentId=${documentId(unlisted)}`],
    ['extensions given twice', `query=${listed}&extensions=%7B%7D&extensions=%7B%7D`],
    ['extensions that are no JSON', `query=${listed}&extensions=%7B`],
  ])('%s: refused, and not chosen from', async (_, search) => {
    expect(await got(`/graphql?${search}`)).toEqual([400, 'BAD_REQUEST']);
  });

  it('a target with a host, and an encoded "#", mean what they say', async () => {
    expect(await got(`http://localhost/graphql?query=${listed}`)).toEqual(ada);
    expect(await got(`/graphql?query=${encodeURIComponent(`# ours\n${me}`)}`)).toEqual(ada);
  });
});

describe('a document that is too long is refused before it is parsed', () => {
  const comments = `${'#\n'.repeat(80_000)}{ me }`;
  const blanks = `${' '.repeat(17_000)}{ me }`;
  const literal = `{ product(id: "${'x'.repeat(200_000)}") { id } }`;
  const tooLong = [400, 'DOCUMENT_LIMIT_EXCEEDED'];

  it.each(Object.entries({ comments, blanks, literal }))('by POST, as APQ and as a stream: %s', async (_, query) => {
    const { url } = gateway('off');
    expect(await post(gateway('off'), { query })).toEqual(tooLong);
    expect(await post(gateway('off'), { query, extensions: persistedQuery(query) })).toEqual(tooLong);
    expect(await post(gateway('off'), { query }, await fixture.bearer('ADMIN'))).toEqual(tooLong);
    for (const path of ['/graphql', '/graphql/stream']) {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
      const body = JSON.stringify({ query });
      expect(await outcome(await fetch(`${url}${path}`, { method: 'POST', headers, body }))).toEqual(tooLong);
    }
  });

  it('and one of a megabyte is not read at all', async () => {
    const query = `${'#\n'.repeat(345_000)}{ me }`;
    expect(await post(gateway('off'), { query })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('by GET, as far as an address may be long', async () => {
    const low = await fixture.start({ LIMIT_DOCUMENT_BYTES: '100', LIMITS_MODE: 'off' });
    expect(await outcome(await get(low, { query: `{ me }${'#'.repeat(95)}` }))).toEqual(tooLong);
    expect(await outcome(await get(low, { query: `{ me }${'#'.repeat(90)}` }))).toEqual(ada);
  });

  it('but not where it is listed, and named by its id', async () => {
    const low = await fixture.start({ LIMIT_DOCUMENT_BYTES: '10' });
    expect(await post(low, { documentId: documentId(me) })).toEqual(ada);
  });
});

describe('a request that names no document', () => {
  it.each([
    ['an empty object', {}],
    ['a document that is no string', { query: { kind: 'Document' } }],
    ['extensions that are no object', { query: me, extensions: 'x' }],
  ])('%s is refused where listed ones are required', async (_, body) => {
    expect(await post(gateway('require'), body)).toEqual([400, 'BAD_REQUEST']);
  });
});

describe('a document that is not listed', () => {
  it('is refused where listed ones are required, before any subgraph is asked', async () => {
    const before = fixture.user.received.length;
    expect(await post(gateway('require'), { query: unlisted })).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
    expect(await outcome(await get(gateway('require'), { query: unlisted }))).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
    expect(await post(gateway('require'), { query: '{ __schema { types { name } } }' })).toEqual([
      403,
      'QUERY_NOT_IN_SAFELIST',
    ]);
    expect(fixture.user.received.length).toBe(before);
  });

  it('cannot be registered first and asked for by its hash then', async () => {
    expect(await post(gateway('require'), { query: unlisted, extensions: persistedQuery(unlisted) })).toEqual([
      403,
      'QUERY_NOT_IN_SAFELIST',
    ]);
    expect(await post(gateway('require'), { extensions: persistedQuery(unlisted) })).toEqual([
      404,
      'PERSISTED_QUERY_NOT_IN_LIST',
    ]);
  });

  it('is refused at the door of live updates, too', async () => {
    const response = await fetch(`${gateway('require').url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { orderUpdated(id: "1") { id } }' }),
    });
    expect(await outcome(response)).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
  });

  it('is answered to an admin all the same', async () => {
    const answer = [200, { me: 'Ada', whoAmI: 'Ada' }];
    expect(await post(gateway('require'), { query: unlisted }, await fixture.bearer('ADMIN'))).toEqual(answer);
    expect(
      await post(
        gateway('require'),
        { query: unlisted, extensions: persistedQuery(unlisted) },
        await fixture.bearer('ADMIN'),
      ),
    ).toEqual(answer);
    expect(await post(gateway('require'), { query: unlisted }, await fixture.bearer('STAFF'))).toEqual([
      403,
      'QUERY_NOT_IN_SAFELIST',
    ]);
  });

  it('hides in no list of operations and no other spelling of a parameter', async () => {
    expect(await post(gateway('require'), [{ query: unlisted }])).toEqual([400, 'BATCHING_NOT_SUPPORTED']);
    const body = await post(gateway('require'), { query: me, Query: unlisted, documentID: documentId(unlisted) });
    expect(body).toEqual(ada);
  });

  it('is logged once where unknown ones are let pass, without the values in it', async () => {
    const query = 'query Unlisted($a: Boolean = true) { product(id: "secret") { id @include(if: $a) } }';
    for (const _ of [1, 2]) await gateway('log').ask(query, { headers: { 'apollographql-client-name': 'kiosk' } });
    await gateway('log').ask(unlisted);
    const lines = gateway('log').lines.filter(({ msg }) => msg.includes('unlisted document'));
    expect(lines.filter((line) => line.operation === 'Unlisted')).toEqual([
      expect.objectContaining({ documentId: documentId(query), client: 'kiosk' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(gateway('off').lines.filter(({ msg }) => msg.includes('unlisted document'))).toEqual([]);
  });
});

it('counts what came, and what was decided', async () => {
  const own = await fixture.start({ TRUSTED_DOCUMENTS: 'require' });
  await post(own, { documentId: documentId(me) });
  await post(own, { query: me });
  await post(own, { query: unlisted });
  const text = await (await fetch(`${own.url}/metrics`)).text();
  for (const result of ['by_id', 'by_text', 'query_not_in_safelist'])
    expect(text).toContain(`agora_gateway_documents_total{outcome="${result}",service="gateway"} 1`);
  expect(text).toContain('agora_gateway_documents_listed{service="gateway"} 2');
});

const aLog = () => {
  const { log, lines } = recordedLog();
  return { tell: unlistedLog({ maxTokens: 100, log }), lines };
};

it('tells of each document once, with its text and none of its values', () => {
  const { tell, lines } = aLog();
  const text = 'mutation Login { signIn(password: "hunter2", pin: 1234, rate: 5.67) { ok } }';
  tell(text, 'kiosk');
  tell(text, 'kiosk');
  expect(lines).toEqual([expect.objectContaining({ client: 'kiosk', operation: 'Login' })]);
  expect(lines[0]?.document).toContain('signIn(password: "…", pin: 0, rate: 0)');
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|1234|5\.67/);
});

it('tells of what is no GraphQL by its hash alone', () => {
  const { tell, lines } = aLog();
  tell('query { "secret', undefined);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

it('falls silent when somebody makes documents up', () => {
  const { tell, lines } = aLog();
  for (let i = 0; i < 1_100; i++) tell(`{ a${i} }`, undefined);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)?.msg).toContain('only counted');
});
