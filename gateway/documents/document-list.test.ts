import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aManifest } from '#kit/gateway/documents.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { documentList } from './document-list.ts';
import { documentId } from './document-text.ts';
import { readManifests } from './manifest.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agora-documents-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = (name = 'manifest.json') => path.join(folder, name);

const write = (text: string, file = place()): string => {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
};

const aList = (...places: string[]) => {
  const { log, saying } = recordedLog();
  const metrics = createMetrics('gateway');
  return { ...documentList({ places, maxTokens: 100, log, metrics }), saying, metrics };
};

const cart =
  'query Cart {\n  cart {\n    ...Lines\n    ...Total\n  }\n}\n\nfragment Lines on Cart {\n  lines\n}\n\nfragment Total on Cart {\n  total\n}';

describe('a text', () => {
  it.each([
    ['as it is listed', cart],
    ['on one line', cart.replaceAll(/\s+/g, ' ')],
    ['with comments', `# the cart\n${cart}`],
    [
      'with its fragments the other way round',
      cart.replace(/(fragment Lines[^}]*})\s*(fragment Total[^}]*})/, '$2 $1'),
    ],
  ])('is listed %s', (_, text) => {
    const { byText } = aList(write(aManifest(cart)));
    expect(byText(text)).toBe(cart);
    expect(byText(text)).toBe(cart);
  });

  it.each([
    ['asks for more', cart.replace('lines', 'lines owner')],
    ['gives a field another name', cart.replace('total', 'sum: total')],
    ['has another operation beside it', `${cart} query Other { secrets }`],
    ['carries a fragment that is not used', `${cart} fragment Spare on Cart { owner }`],
    ['is no GraphQL', 'query {'],
    ['is longer than the gateway parses', `{ ${'a '.repeat(200)} }`],
    ['is empty', ''],
  ])('is unlisted that %s', (_, text) => {
    expect(aList(write(aManifest(cart))).byText(text)).toBeUndefined();
  });
});

it('a document listed by hand in its own formatting is found in that and in others', () => {
  const { byId, byText } = aList(write(aManifest('{ a,b }')));
  expect(byText('{ a,b }')).toBe('{ a,b }');
  expect(byText('{ a b }')).toBe('{ a,b }');
  expect(byId(documentId('{ a,b }'))).toBe('{ a,b }');
});

it('several manifests and the files of a folder form one list', () => {
  write(aManifest('{ a }'), place('a.json'));
  write(aManifest('{ b }'), place('b.json'));
  write('no manifest', place('readme.md'));
  const { byId } = aList(folder, place('a.json'));
  expect(byId(documentId('{ a }'))).toBe('{ a }');
  expect(byId(documentId('{ b }'))).toBe('{ b }');
});

describe('a changed manifest', () => {
  it('is reloaded', async () => {
    const { byId, byText, refresh, saying } = aList(write(aManifest('{ a }')));
    write(aManifest('{ b }'));
    await refresh.run();
    expect([byId(documentId('{ a }')), byText('{ a }')]).toEqual([undefined, undefined]);
    expect([byId(documentId('{ b }')), byText('{ b }')]).toEqual(['{ b }', '{ b }']);
    await refresh.run();
    expect(saying('reloaded')).toHaveLength(1);
  });

  it.each([
    ['is not JSON', () => void write('{'), 'is not JSON'],
    ['is of another format', () => void write('{"format":"relay"}'), 'format'],
    [
      'holds what is no GraphQL',
      () => void write(aManifest('{ a }', '{')),
      'operations.1.body: is not a GraphQL document',
    ],
    ['is gone', () => rmSync(place()), 'ENOENT'],
  ])('that %s changes nothing, is logged once, and counted', async (_, spoil, reason) => {
    const { byId, byText, refresh, saying, metrics } = aList(write(aManifest('{ a }')));
    spoil();
    await refresh.run();
    await refresh.run();
    expect([byId(documentId('{ a }')), byText('{ a }')]).toEqual(['{ a }', '{ a }']);
    const told = saying('not reloaded');
    expect(told).toHaveLength(1);
    expect(told[0]?.reason).toContain(reason);
    expect(await metrics.metrics()).toMatch(/agora_gateway_document_list_reloads_total{outcome="refused".*} 1\n/);
    write(aManifest('{ b }'));
    await refresh.run();
    expect(byId(documentId('{ b }'))).toBe('{ b }');
  });
});

it('a folder that becomes empty changes nothing either', async () => {
  const { byId, refresh, saying } = aList(folder, write(aManifest('{ a }')));
  rmSync(place());
  await refresh.run();
  expect(byId(documentId('{ a }'))).toBe('{ a }');
  expect(saying('not reloaded')[0]?.reason).toContain('no .json file');
});

it('one id for two documents is refused, naming the file', () => {
  write(aManifest('{ a }'), place('a.json'));
  write(aManifest('{ b }').replace(documentId('{ b }'), documentId('{ a }')), place('b.json'));
  expect(() => readManifests([folder])).toThrow(/b\.json: .* is a different document in another manifest/);
});
