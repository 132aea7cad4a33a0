import { describe, expect, it } from 'vitest';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { somebody } from '#kit/user/viewers.ts';
import { documentId } from './document-text.ts';
import { type DocumentParameters, decideDocument, type TrustMode } from './trusted-documents.ts';

const listed = '{ products }';
const other = '{ secrets }';
const id = documentId(listed);
const unknownId = documentId(other);
const apq = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

const list = {
  byId: (wanted: string) => ({ [id]: listed, products1: listed })[wanted],
  byText: (text: string) => (text === listed ? listed : undefined),
};

/** The outcome, or the code of the refusal. */
const decided = (parameters: DocumentParameters | undefined, mode: TrustMode, who: Viewer = guest): string => {
  const decision = decideDocument({ mode, exemptRoles: ['ADMIN'], maxBytes: 100, list })(parameters, who);
  return decision.outcome === 'refused' ? decision.refusal.code : decision.outcome;
};

describe.each<[string, DocumentParameters | undefined, Record<TrustMode, string>]>([
  ['a listed id', { documentId: `sha256:${id}` }, { off: 'by_id', log: 'by_id', require: 'by_id' }],
  ['a listed id without its prefix', { documentId: id }, { off: 'by_id', log: 'by_id', require: 'by_id' }],
  ['a listed id of another kind', { documentId: 'products1' }, { off: 'by_id', log: 'by_id', require: 'by_id' }],
  ['a listed hash', apq(id), { off: 'by_id', log: 'by_id', require: 'by_id' }],
  [
    'an unknown id',
    { documentId: `sha256:${unknownId}` },
    {
      off: 'PERSISTED_QUERY_NOT_IN_LIST',
      log: 'PERSISTED_QUERY_NOT_IN_LIST',
      require: 'PERSISTED_QUERY_NOT_IN_LIST',
    },
  ],
  ['an unknown hash', apq(unknownId), { off: 'apq', log: 'apq', require: 'PERSISTED_QUERY_NOT_IN_LIST' }],
  ['a listed text', { query: listed }, { off: 'unchecked', log: 'by_text', require: 'by_text' }],
  [
    'a listed text with its hash',
    { query: listed, ...apq(id) },
    { off: 'unchecked', log: 'by_text', require: 'by_text' },
  ],
  ['another text', { query: other }, { off: 'unchecked', log: 'unlisted', require: 'QUERY_NOT_IN_SAFELIST' }],
  [
    'another text with its hash',
    { query: other, ...apq(unknownId) },
    { off: 'unchecked', log: 'unlisted', require: 'QUERY_NOT_IN_SAFELIST' },
  ],
  ['an empty text', { query: '' }, { off: 'unchecked', log: 'unlisted', require: 'QUERY_NOT_IN_SAFELIST' }],
  ['neither', {}, { off: 'malformed', log: 'malformed', require: 'BAD_REQUEST' }],
  ['what has no single reading', undefined, { off: 'malformed', log: 'malformed', require: 'BAD_REQUEST' }],
  ['a text that is none', { query: 7 }, { off: 'malformed', log: 'malformed', require: 'BAD_REQUEST' }],
  [
    'a listed text with extensions that are none',
    { query: listed, extensions: '{' },
    { off: 'malformed', log: 'malformed', require: 'BAD_REQUEST' },
  ],
])('%s', (_, parameters, expected) => {
  it.each(['off', 'log', 'require'] as const)('in mode %s', (mode) => {
    expect(decided(parameters, mode)).toBe(expected[mode]);
  });
});

it.each<[string, DocumentParameters, string]>([
  ['an id and a text', { documentId: id, query: listed }, 'CANNOT_SEND_PQ_ID_AND_BODY'],
  ['an id and an empty text', { documentId: id, query: '' }, 'CANNOT_SEND_PQ_ID_AND_BODY'],
  ['an id that is not a string', { documentId: 7 }, 'BAD_REQUEST'],
  ['a listed text under the hash of another', { query: listed, ...apq(unknownId) }, 'PERSISTED_QUERY_HASH_MISMATCH'],
  ['another text under a listed hash', { query: other, ...apq(id) }, 'PERSISTED_QUERY_HASH_MISMATCH'],
  ['a hash that is not a string', apq(7), 'BAD_REQUEST'],
  ['a hash that is none', apq('../../etc/passwd'), 'BAD_REQUEST'],
  ['a hash of another protocol version', apq(unknownId, 2), 'BAD_REQUEST'],
  ['a hash extension that is not an object', { extensions: { persistedQuery: 'x' } }, 'BAD_REQUEST'],
])('%s is refused as a bad request', (_, parameters, code) => {
  expect(decided(parameters, 'off')).toBe(code);
  expect(decided(parameters, 'log')).toBe(code);
});

describe('a document that is too long', () => {
  const long = `{ products }${'#'.repeat(89)}`;
  const wide = `{ products }#${'é'.repeat(44)}`;

  it.each<[string, DocumentParameters]>([
    ['in bytes', { query: long }],
    ['in bytes and not in characters', { query: wide }],
    ['with its hash', { query: long, ...apq(documentId(long)) }],
    ['with the hash of another', { query: long, ...apq(id) }],
  ])('%s is refused before anything reads it, in every mode', (_, parameters) => {
    for (const mode of ['off', 'log', 'require'] as const)
      for (const who of [guest, somebody('ADMIN')])
        expect(decided(parameters, mode, who)).toBe('DOCUMENT_LIMIT_EXCEEDED');
  });

  it('a document of exactly the limit is accepted', () => {
    expect([long, wide].map((text) => Buffer.byteLength(text))).toEqual([101, 101]);
    expect(decided({ query: long.slice(1) }, 'off')).toBe('unchecked');
  });
});

it.each<[string, DocumentParameters]>([
  ['an id', { documentId: null, query: listed }],
  ['a hash', { query: listed, extensions: { persistedQuery: null } }],
  ['extensions', { query: listed, extensions: null }],
])('null counts as no %s', (_, parameters) => {
  expect(decided(parameters, 'require')).toBe('by_text');
});

describe('in mode require', () => {
  it('only an exempt role may send any text', () => {
    expect(decided({ query: other }, 'require', somebody('ADMIN'))).toBe('exempt');
    expect(decided({ query: other, ...apq(unknownId) }, 'require', somebody('ADMIN', 'STAFF'))).toBe('exempt');
    expect(decided({ query: other }, 'require', somebody('STAFF'))).toBe('QUERY_NOT_IN_SAFELIST');
  });

  it('an exempt role cannot use a hash, since nobody can register one', () => {
    expect(decided(apq(unknownId), 'require', somebody('ADMIN'))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });
});
