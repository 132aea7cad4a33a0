import { describe, expect, it } from 'vitest';
import { completed, entityFetch, entitySelection, restOf } from './entity-fetch.ts';

const query =
  'query Page__user__1($representations:[_Any!]!){_entities(representations:$representations){...on Product{likes}}}';
const of = (...ids: string[]) => ({ representations: ids.map((id) => ({ __typename: 'Product', id })) });
const fetchOf = (text: string, variables: Record<string, unknown>, subgraph = 'user') => {
  const fetch = entityFetch(subgraph, { query: text, variables }, entitySelection(text) ?? '');
  if (!fetch) throw new Error('it is one');
  return fetch;
};

describe('the key of an entity', () => {
  const [key] = fetchOf(query, of('p1')).keys;

  it('is the same for each operation that wants the same of it', () => {
    expect(fetchOf(query.replace('Page__user__1', 'Other__user__3'), of('p2', 'p1')).keys[1]).toBe(key);
  });

  it.each([
    ['subgraph', fetchOf(query, of('p1'), 'order')],
    ['entity', fetchOf(query, of('p2'))],
    ['field', fetchOf(query.replace('likes', 'likes fans'), of('p1'))],
    ['argument', fetchOf(query, { ...of('p1'), currency: 'EUR' })],
  ])('is another one for another %s', (_, { keys }) => {
    expect(keys[0]).not.toBe(key);
  });
});

describe('no entity fetch is', () => {
  it.each([
    ['a query of the root', '{products{id}}'],
    [
      "a client's field that it calls so",
      'query($representations:[ID!]!){_entities:products(ids:$representations){id}}',
    ],
    ['one with more beside it', `{_entities(representations:[]){...on Product{likes}} me}`],
  ])('%s', (_, text) => {
    expect(entitySelection(text)).toBeUndefined();
  });

  it('one without representations', () => {
    expect(entityFetch('user', { query }, query)).toBeUndefined();
  });
});

describe('an answer that is put together', () => {
  const fetch = fetchOf(query, of('p1', 'p2', 'p3', 'p1'));
  const found = [undefined, { value: '{"likes":20}', madeFrom: ['user'], remainingMs: 30_900 }, undefined, undefined];
  const rest = restOf(fetch, found);

  it('asks for what is missing only, and for each once', () => {
    expect(rest.request.variables).toEqual(of('p1', 'p3'));
    expect(rest.places).toEqual([[0, 3], [2]]);
  });

  it('has each entity at its places, as objects of their own', () => {
    const one = { likes: 10 };
    const { data } = completed(found, rest, { data: { _entities: [one, null] } });
    expect(data).toEqual({ _entities: [{ likes: 10 }, { likes: 20 }, null, { likes: 10 }] });
    const entities = data?._entities as object[];
    expect(entities[0]).not.toBe(entities[3]);
  });

  it.each([
    ['max-age=60, public', 'max-age=30, public'],
    ['max-age=10, public', 'max-age=10, public'],
    ['max-age=60, private', 'max-age=30, private'],
    [undefined, 'max-age=0, private'],
  ])('of what may be kept "%s" and something with 30 s left, may be kept "%s"', (cacheControl, whole) => {
    const answer = { data: { _entities: [{}, {}] }, cacheControl };
    expect(completed(found, rest, answer).cacheControl).toBe(whole);
  });

  it('has what was found when the rest cannot be had, and says what failed', () => {
    const errors = [{ message: 'Away.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }];
    expect(completed(found, rest, { errors })).toMatchObject({
      data: { _entities: [null, { likes: 20 }, null, null] },
      errors,
    });
  });

  it('is the bare failure when there was nothing to begin with', () => {
    const errors = [{ message: 'Away.' }];
    const nothing = fetch.keys.map(() => undefined);
    expect(completed(nothing, restOf(fetch, nothing), { errors })).toEqual({ errors });
  });

  it('does not take a list of another length for an answer', () => {
    const { data } = completed(found, rest, { data: { _entities: [{ likes: 1 }] } });
    expect(data).toEqual({ _entities: [null, { likes: 20 }, null, null] });
  });
});
