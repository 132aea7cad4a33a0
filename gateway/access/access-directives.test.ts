/** What each viewer gets of fields with conditions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissions } from '#contracts/permissions.ts';
import { type GuardedGraph, guardedGraph, signedIn, type Viewer } from './guarded-graph.fixture.ts';

let graph: GuardedGraph;
beforeAll(async () => {
  graph = await guardedGraph();
});
afterAll(() => graph.close());

const refused = (...paths: string[]) => paths.map((path) => `${path} UNAUTHORIZED_FIELD_OR_TYPE`);

describe('a field that the viewer may not read', () => {
  it.each<[string, Viewer, string, unknown, string[], string[]]>([
    ['@authenticated, a guest', 'guest', '{ open me { name } }', { open: 'yes', me: null }, ['me'], ['me']],
    ['@authenticated, signed in', signedIn, '{ open me { name } }', { open: 'yes', me: { name: 'Ada' } }, [], []],
    [
      'of another subgraph, at each position, up to where null may be',
      'guest',
      '{ people { name score email } }',
      { people: null },
      ['people.0.email', 'people.1.email'],
      ['email'],
    ],
    ['a scope', { scope: 'other email' }, '{ me { email } }', { me: { email: 'ada@example.com' } }, [], []],
    ['a scope that a permission stands for', signedIn, '{ me { email name } }', { me: null }, ['me.email'], ['email']],
    [
      'an alias',
      'guest',
      '{ people { n: name p: phone } }',
      {
        people: [
          { n: 'Ada', p: null },
          { n: 'Bob', p: null },
        ],
      },
      ['people.0.p', 'people.1.p'],
      ['phone'],
    ],
    [
      'a policy, which is a permission',
      { permissions: ['users:read'] },
      '{ me { phone } }',
      { me: { phone: '555' } },
      [],
      [],
    ],
    [
      'all names of one combination',
      { permissions: ['orders:read', 'stock:read'] },
      '{ me { pay } }',
      { me: { pay: 100 } },
      [],
      [],
    ],
    ['another combination', { permissions: ['payments:read'] }, '{ me { pay } }', { me: { pay: 100 } }, [], []],
    [
      'half a combination',
      { permissions: ['orders:read'] },
      '{ me { pay } }',
      { me: { pay: null } },
      ['me.pay'],
      ['pay'],
    ],
    [
      'an enum and a scalar',
      signedIn,
      '{ me { role level } }',
      { me: { role: 'A', level: null } },
      ['me.level'],
      ['level'],
    ],
    [
      'an enum, of a guest',
      'guest',
      '{ people { role } }',
      { people: [{ role: null }, { role: null }] },
      ['people.0.role', 'people.1.role'],
      ['role'],
    ],
    [
      'in a fragment, in a fragment',
      'guest',
      '{ people { ...A } } fragment A on User { name ...B } fragment B on User { phone }',
      {
        people: [
          { name: 'Ada', phone: null },
          { name: 'Bob', phone: null },
        ],
      },
      ['people.0.phone', 'people.1.phone'],
      ['phone'],
    ],
    ['the whole answer', 'guest', '{ strict { pin } }', null, ['strict.0.pin'], ['pin']],
    [
      'left out by @skip',
      'guest',
      'query ($no: Boolean = true) { open me @skip(if: $no) { name } }',
      { open: 'yes' },
      [],
      ['me'],
    ],
    [
      'taken in by @include',
      'guest',
      'query ($yes: Boolean = true) { open me @include(if: $yes) { name } }',
      { open: 'yes', me: null },
      ['me'],
      ['me'],
    ],
    [
      'asked for twice',
      'guest',
      '{ people { phone x: phone } }',
      {
        people: [
          { phone: null, x: null },
          { phone: null, x: null },
        ],
      },
      ['people.0.phone', 'people.0.x', 'people.1.phone', 'people.1.x'],
      ['phone'],
    ],
  ])('is null with an error: %s', async (_, viewer, query, data, paths, unasked) => {
    const answer = await graph.ask(viewer, query);
    expect(answer).toMatchObject({ status: 200, data, errors: refused(...paths) });
    expect(graph.resolved.filter((coordinate) => unasked.includes(coordinate))).toEqual([]);
  });

  it('leaves out calls that are only for it', async () => {
    await graph.ask('guest', '{ people { name email } }');
    expect(graph.resolved).toEqual(['people']);
  });

  it('is not fetched, and with it the whole mutation is not made', async () => {
    const query = 'mutation { touch wipe }';
    const writer = await graph.ask({ scope: 'write' }, query);
    expect(writer).toMatchObject({ data: { touch: 'touched', wipe: null }, errors: refused('wipe') });
    expect(graph.resolved).toEqual(['touch']);
    expect((await graph.ask({ scope: 'write' }, 'mutation { wipe }')).data).toEqual({ wipe: null });
    expect(graph.resolved).toEqual([]);
    for (const scope of ['write admin', 'root'])
      expect((await graph.ask({ scope }, query)).data).toEqual({ touch: 'touched', wipe: 'wiped' });
  });
});

describe('abstract types', () => {
  const [open, closed] = [
    { id: 'a', title: 'Open' },
    { id: 'b', title: 'Closed' },
  ];
  it.each<[string, Viewer, string, unknown, string[]]>([
    [
      'fields of an interface need what any implementation needs',
      'guest',
      '{ posts { id title } }',
      { posts: null },
      ['posts'],
    ],
    ['which a viewer may have', signedIn, '{ posts { id title } }', { posts: [open, closed] }, []],
    [
      'fragments need what their types need',
      'guest',
      '{ posts { __typename ... on PublicPost { id title } ... on PrivatePost { text } } }',
      {
        posts: [
          { __typename: 'PublicPost', ...open },
          { __typename: 'PrivatePost', text: null },
        ],
      },
      ['posts.1.text'],
    ],
    [
      'a field of an interface that one implementation guards',
      'guest',
      '{ named { name phone } }',
      {
        named: [
          { name: 'Ada', phone: null },
          { name: 'R2', phone: null },
        ],
      },
      ['named.0.phone', 'named.1.phone'],
    ],
    [
      'the same field of the other one',
      'guest',
      '{ named { name ... on Robot { phone } } }',
      { named: [{ name: 'Ada' }, { name: 'R2', phone: '0' }] },
      [],
    ],
    [
      'asked for both ways',
      'guest',
      '{ named { phone ... on Robot { phone } } }',
      { named: [{ phone: null }, { phone: null }] },
      ['named.0.phone', 'named.1.phone'],
    ],
    [
      'members of a union',
      'guest',
      '{ hits { __typename ... on PrivatePost { text } ... on Robot { name } } }',
      {
        hits: [
          { __typename: 'PrivatePost', text: null },
          { __typename: 'Robot', name: 'R2' },
        ],
      },
      ['hits.0.text'],
    ],
    [
      'a member through an interface that it is not the only one of',
      'guest',
      '{ hits { __typename ... on Post { text } } }',
      { hits: [{ __typename: 'PrivatePost', text: null }, { __typename: 'Robot' }] },
      ['hits.0.text'],
    ],
  ])('%s', async (_, viewer, query, data, paths) => {
    expect(await graph.ask(viewer, query)).toMatchObject({ data, errors: refused(...paths) });
  });
});

it('knows all permissions as policies', async () => {
  const { data } = await graph.ask({ permissions: [...permissions] }, '{ me { phone pay } }');
  expect(data).toEqual({ me: { phone: '555', pay: 100 } });
});
