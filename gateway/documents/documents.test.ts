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

describe.each(['off', 'log', 'require'])('in mode %s', (mode) => {
  it.each([
    ['documentId with its prefix', { documentId: `sha256:${documentId(me)}` }],
    ['a bare documentId', { documentId: documentId(me) }],
    ['the hash of APQ', { extensions: persistedQuery(me) }],
  ])('a listed document is run by %s, with POST and with GET', async (_, body) => {
    expect(await post(gateway(mode), body)).toEqual(ada);
    expect(await outcome(await get(gateway(mode), body))).toEqual(ada);
  });

  it('a listed text is run, however it is formatted', async () => {
    expect(await post(gateway(mode), { query: me })).toEqual(ada);
    expect(await post(gateway(mode), { query: 'query Me{me}#' })).toEqual(ada);
    expect(await outcome(await get(gateway(mode), { query: 'query Me{me}' }))).toEqual(ada);
  });

  it('a listed mutation is refused by GET', async () => {
    expect(await outcome(await get(gateway(mode), { documentId: documentId(rename) }))).toEqual([405, 'BAD_REQUEST']);
  });

  it('variables, operation name and other extensions are unchanged', async () => {
    const body = { documentId: documentId(me), operationName: 'Other', extensions: { ...persistedQuery(me), mine: 1 } };
    expect(await post(gateway(mode), body)).toEqual([400, 'OPERATION_RESOLUTION_FAILURE']);
    expect(await post(gateway(mode), { ...body, operationName: 'Me', variables: {} })).toEqual(ada);
  });

  it('an unpublished id and an unknown hash have different errors', async () => {
    const response = await get(gateway(mode), { documentId: documentId(unlisted) });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await outcome(response)).toEqual([404, 'PERSISTED_QUERY_NOT_IN_LIST']);
  });
});

describe.each(['off', 'require'])('in mode %s, the request target is read in one way', (mode) => {
  const got = async (target: string) => outcomeOf(await getTarget(gateway(mode).url, target));
  const [listed, other] = [me, unlisted].map(encodeURIComponent);

  it.each([
    ['in the query', `/graphql?#&query=${other}`],
    ['behind another parameter', `/graphql?x=1#&query=${other}`],
    ['in the place of the question mark', `/graphql#?query=${other}`],
    ['behind a listed document', `/graphql?query=${listed}#&query=${other}`],
    ['at its end', `/graphql?query=${listed}#`],
  ])('"#" %s is refused', async (_, target) => {
    expect(await got(target)).toEqual([400, 'BAD_REQUEST']);
  });

  it.each([
    ['a document given twice', `query=${listed}&query=${other}`],
    ['an id given twice', `documentId=${documentId(me)}&documentId=${documentId(unlisted)}`],
    ['extensions given twice', `query=${listed}&extensions=%7B%7D&extensions=%7B%7D`],
    ['extensions that are no JSON', `query=${listed}&extensions=%7B`],
  ])('%s: refused as ambiguous', async (_, search) => {
    expect(await got(`/graphql?${search}`)).toEqual([400, 'BAD_REQUEST']);
  });

  it('an absolute target and an encoded "#" are accepted', async () => {
    expect(await got(`http://localhost/graphql?query=${listed}`)).toEqual(ada);
    expect(await got(`/graphql?query=${encodeURIComponent(`# ours\n${me}`)}`)).toEqual(ada);
  });
});

describe('a document that is too long is refused before parsing', () => {
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

  it('and a megabyte is not even read', async () => {
    const query = `${'#\n'.repeat(345_000)}{ me }`;
    expect(await post(gateway('off'), { query })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('by GET, up to the longest possible URL', async () => {
    const low = await fixture.start({ LIMIT_DOCUMENT_BYTES: '100', LIMITS_MODE: 'off' });
    expect(await outcome(await get(low, { query: `{ me }${'#'.repeat(95)}` }))).toEqual(tooLong);
    expect(await outcome(await get(low, { query: `{ me }${'#'.repeat(90)}` }))).toEqual(ada);
  });

  it('unless it is listed and sent by its id', async () => {
    const low = await fixture.start({ LIMIT_DOCUMENT_BYTES: '10' });
    expect(await post(low, { documentId: documentId(me) })).toEqual(ada);
  });
});

describe('a request without a document', () => {
  it.each([
    ['an empty object', {}],
    ['a document that is not a string', { query: { kind: 'Document' } }],
    ['extensions that are no object', { query: me, extensions: 'x' }],
  ])('%s is refused in mode require', async (_, body) => {
    expect(await post(gateway('require'), body)).toEqual([400, 'BAD_REQUEST']);
  });
});

describe('an unlisted document', () => {
  it('is refused in mode require, before any subgraph is called', async () => {
    const before = fixture.user.received.length;
    expect(await post(gateway('require'), { query: unlisted })).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
    expect(await outcome(await get(gateway('require'), { query: unlisted }))).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
    expect(await post(gateway('require'), { query: '{ __schema { types { name } } }' })).toEqual([
      403,
      'QUERY_NOT_IN_SAFELIST',
    ]);
    expect(fixture.user.received.length).toBe(before);
  });

  it('cannot be registered and then sent by hash', async () => {
    expect(await post(gateway('require'), { query: unlisted, extensions: persistedQuery(unlisted) })).toEqual([
      403,
      'QUERY_NOT_IN_SAFELIST',
    ]);
    expect(await post(gateway('require'), { extensions: persistedQuery(unlisted) })).toEqual([
      404,
      'PERSISTED_QUERY_NOT_IN_LIST',
    ]);
  });

  it('is refused for streams, too', async () => {
    const response = await fetch(`${gateway('require').url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { orderUpdated(id: "1") { id } }' }),
    });
    expect(await outcome(response)).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
  });

  it('is run for admins all the same', async () => {
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

  it('cannot hide in a batch or behind a misspelt parameter', async () => {
    expect(await post(gateway('require'), [{ query: unlisted }])).toEqual([400, 'BATCHING_NOT_SUPPORTED']);
    const body = await post(gateway('require'), { query: me, Query: unlisted, documentID: documentId(unlisted) });
    expect(body).toEqual(ada);
  });

  it('is logged once in mode log, without its literals', async () => {
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

it('counts requests by decision', async () => {
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

it('logs each document once, with its text but no literals', () => {
  const { tell, lines } = aLog();
  const text = 'mutation Login { signIn(password: "hunter2", pin: 1234, rate: 5.67) { ok } }';
  tell(text, 'kiosk');
  tell(text, 'kiosk');
  expect(lines).toEqual([expect.objectContaining({ client: 'kiosk', operation: 'Login' })]);
  expect(lines[0]?.document).toContain('signIn(password: "…", pin: 0, rate: 0)');
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|1234|5\.67/);
});

it('logs only the hash of what does not parse', () => {
  const { tell, lines } = aLog();
  tell('query { "secret', undefined);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

it('stops logging when somebody makes documents up', () => {
  const { tell, lines } = aLog();
  for (let i = 0; i < 1_100; i++) tell(`{ a${i} }`, undefined);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)?.msg).toContain('only counted');
});
