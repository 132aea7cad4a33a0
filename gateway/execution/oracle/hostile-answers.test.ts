/** Whatever a subgraph answers, a request is answered, other subgraphs' data are there, and nobody gets another's. */
import { describe, expect, it, test } from 'vitest';
import { type Case, contender, responseOf } from './comparison.fixture.ts';
import { noFaults } from './faults.fixture.ts';
import { library } from './library.fixture.ts';
import { generatedCases } from './oracle.fixture.ts';
import { misplaced } from './ownership.fixture.ts';

const graph = library();
const compiled = await contender(graph, 'compiled');

/** Entities on several paths, interfaces, lists of lists; `works` is what the corrupted subgraphs have no part in. */
const one: Case = {
  query: `{
    loans(of: "a") {
      id due
      book { title isbn postage reviews(first: 2) { id text work { id title } } authors { id motto awards { name } } }
      borrower { id email trust address { lines } }
    }
    works(after: "c") { id label }
  }`,
  variables: {},
  faults: noFaults,
  viewer: 'mine',
};
const healthy = await responseOf(compiled, one);
const healthyOfOther = await responseOf(compiled, { ...one, viewer: 'other' });
const worksOf = ({ data }: { data: unknown }) => (data as { works: unknown[] }).works;

test('there is something to lose', () => {
  expect(worksOf(healthy)).not.toHaveLength(0);
  expect(misplaced(healthy.data, 'other')).not.toHaveLength(0);
});

interface Parsed {
  data: Record<string, unknown>;
}

/** A joined fetch has several lists of entities. */
const isOfEntities = (key: string): boolean => /^_entities(_\d+)?$/.test(key);

const listsOfEntities = (change: (list: readonly unknown[]) => unknown) => (text: string) => {
  const { data } = JSON.parse(text) as Parsed;
  const lists = Object.entries(data).map(([key, value]) => [
    key,
    isOfEntities(key) ? change(value as readonly unknown[]) : value,
  ]);
  return JSON.stringify({ data: Object.fromEntries(lists) });
};

/** Changes each entity of an answer, or each root field. */
const entities = (change: (entity: Record<string, unknown>, at: number) => unknown) => (text: string) => {
  const answer = JSON.parse(text) as Parsed;
  const { data } = answer;
  const changed = Object.fromEntries(
    Object.entries(data).map(([key, value], at) => [
      key,
      Array.isArray(value)
        ? value.map((each, index) => change(each, isOfEntities(key) ? index : at))
        : change(value as Record<string, unknown>, at),
    ]),
  );
  return JSON.stringify({ ...answer, data: changed });
};

/** Replaces the values of all leaves by this text of JSON. */
const leaves = (json: string) => (text: string) =>
  JSON.stringify(JSON.parse(text), (key, value: unknown) =>
    typeof value === 'object' || key === '__typename' ? value : '<leaf>',
  ).replaceAll('"<leaf>"', json);

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const corruptions: Readonly<Record<string, (text: string) => string>> = {
  'a text for data': () => '{"data": "text"}',
  'a number for data': () => '{"data": 42}',
  'a list for data': () => '{"data": [[], {}]}',
  'nothing at all': () => '{}',
  'data of nobody': () => '{"data": {"unasked": {"id": "id#666"}}}',
  'entities that are null': listsOfEntities(() => null),
  'an object for entities': listsOfEntities(() => ({ 0: { id: 'id#666' }, length: 1 })),
  'a text for entities': listsOfEntities(() => 'text'),
  'entities under another question': (text) => text.replaceAll(/"_entities_(\d+)":/g, '"_entities_1$1":'),
  'too few entities': listsOfEntities((list) => list.slice(1)),
  'far too many entities': listsOfEntities((list) => [...Array(10_000).fill(null), ...list]),
  'entities that are texts': entities(() => 'text'),
  'entities that are numbers': entities((_, at) => at),
  'entities that are lists': entities((entity) => [entity]),
  'entities that are empty': entities(() => ({})),
  'every second entity null': entities((entity, at) => (at % 2 === 0 ? null : entity)),
  'a type that is no name': entities((entity) => ({ ...entity, __typename: { toString: 'Book' } })),
  'a type that does not exist': entities((entity) => ({ ...entity, __typename: 'NoSuchType' })),
  'a type that is not an object': entities((entity) => ({ ...entity, __typename: 'Kind' })),
  'a type named as what objects inherit': entities((entity) => ({ ...entity, __typename: '__proto__' })),
  'another prototype': (text) =>
    text.replaceAll(
      '{"__typename"',
      '{"__proto__": {"polluted": "yes", "id": "id#666", "title": "Book.title#666"}, "__typename"',
    ),
  'a constructor': (text) =>
    text.replaceAll(
      '{"__typename"',
      '{"constructor": {"prototype": {"polluted": "yes"}}, "toString": 1, "hasOwnProperty": null, "__typename"',
    ),
  'keys of lists': entities((entity) => ({ ...entity, length: 1e9, 0: entity, forEach: 'text' })),
  'numbers beyond all bounds': leaves('1e400'),
  'numbers that lose digits': leaves('12345678901234567890'),
  'negative zeros': leaves('-0.0'),
  'lone surrogates': leaves('"\\ud800 \\udc00"'),
  'control characters': leaves('"\\u0000\\u001f\\u2028\\u007f"'),
  'leaves that are lists': leaves('[[1]]'),
  'leaves that are objects': leaves('{"id": "id#666"}'),
  'values nested far deeper than a stack': leaves(nested(20_000)),
  'objects nested far deeper than a stack': (text) =>
    text.replaceAll(/"(reviews|authors|work|book|borrower)":/g, `"deep":${nested(20_000)},"$1":`),
  'errors that are no list': (text) => text.replace(/}$/, ', "errors": {"message": "text"}}'),
  'errors that are nothing': (text) => text.replace(/}$/, ', "errors": [null, 1, "text", [], {}]}'),
  'errors with odd parts': (text) =>
    text.replace(
      /}$/,
      ', "errors": [{"message": {"toString": 1}, "path": {"length": 9}, "extensions": "text", "locations": 7}]}',
    ),
  'errors with paths to nowhere': (text) =>
    text.replace(
      /}$/,
      ', "errors": [{"message": "m", "path": ["_entities", 1e9, "__proto__", "polluted"]}, {"message": "m", "path": ["_entities", -1]}, {"message": "m", "path": ["_entities_0", 1e9, "__proto__"]}, {"message": "m", "path": ["_entities_7"]}, {"message": "m", "path": ["__proto__", "polluted"]}]}',
    ),
  'an error that names codes of ours': (text) =>
    text.replace(
      /}$/,
      ', "errors": [{"message": "m", "extensions": {"code": "INTERNAL_SERVER_ERROR", "__proto__": {"polluted": "yes"}}}]}',
    ),
};

describe.each(['lending', 'opinions', 'people'])('when %s answers with', (subgraph) => {
  it.each(Object.keys(corruptions))('%s', async (name) => {
    const corrupts = (from: string, answer: string) =>
      from === subgraph ? (corruptions[name] as (text: string) => string)(answer) : answer;
    const [response, meanwhile] = await Promise.all([
      responseOf(compiled, { ...one, corrupts }),
      responseOf(compiled, { ...one, viewer: 'other' }),
    ]);
    expect(response.errors.filter(({ message }) => message.startsWith('thrown'))).toEqual([]);
    expect(worksOf(response)).toEqual(worksOf(healthy));
    expect(misplaced(response.data, 'mine')).toEqual([]);
    expect(JSON.stringify({ data: response.data, errors: response.errors })).not.toMatch(/"id#666|title#666/);
    expect('polluted' in {}).toBe(false);
    expect(misplaced(meanwhile.data, 'other')).toEqual([]);
    expect(meanwhile.data).toEqual(healthyOfOther.data);
  });
});

// Sixty random operations, each for three viewers, beside a machine's other work.
test('requests at the same time get what each gets alone', { timeout: 90_000 }, async () => {
  const viewers = ['anna', 'ben', 'chris'];
  const cases = [...generatedCases(graph, compiled, 60)].flatMap((each) =>
    viewers.map((viewer) => ({ ...each, viewer })),
  );
  const alone: unknown[] = [];
  for (const each of cases) alone.push((await responseOf(compiled, each)).data);
  const together = await Promise.all(cases.map(async (each) => (await responseOf(compiled, each)).data));
  expect(together).toEqual(alone);
  for (const [at, data] of together.entries()) {
    const { viewer } = cases[at] as Case;
    expect(new Set(JSON.stringify(data).match(/@\w+@/g) ?? [`@${viewer}@`])).toEqual(new Set([`@${viewer}@`]));
  }
});
