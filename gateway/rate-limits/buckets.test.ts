import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { somebody } from '#kit/user/viewers.ts';
import { chargesOf, rootFieldsOf } from './buckets.ts';

const ada = somebody();
const credentialFields = new Set(['signIn', 'register', 'closeAccount', 'requestEmailChange']);

interface Over {
  viewer?: Viewer;
  variables?: Record<string, unknown>;
  cost?: number;
  address?: string;
}

const charges = (text: string, over: Over = {}) => {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('there is no operation');
  const { viewer = guest, variables = {}, cost = 12, address = '203.0.113.7' } = over;
  const rootFields = rootFieldsOf(document, operation, variables);
  return chargesOf({ viewer, address, kind: operation.operation, rootFields, cost }, credentialFields);
};
const summary = (...args: Parameters<typeof charges>) =>
  charges(...args).map(({ bucket, key, points }) => (bucket === 'account' ? [bucket, points] : [bucket, key, points]));

describe('a query', () => {
  it("is charged at its cost to the viewer, or to a guest's address", () => {
    expect(summary('{ products { id } }', { viewer: ada })).toEqual([['viewer', ada.id, 12]]);
    expect(summary('{ products { id } }')).toEqual([['guest', '203.0.113.7', 12]]);
  });

  it("of a guest with a session is charged to the guest and to the address; a machine's to its key", () => {
    const guestId = newId('Guest');
    const session: Viewer = { kind: 'guest', session: { guestId, sessionId: newId('Session') } };
    expect(summary('{ products { id } }', { viewer: session })).toEqual([
      ['viewer', guestId, 12],
      ['guest', '203.0.113.7', 12],
    ]);
    const machine: Viewer = { kind: 'apiKey', id: newId('ApiKey'), permissions: [] };
    expect(summary('{ products { id } }', { viewer: machine })).toEqual([['viewer', machine.id, 12]]);
  });

  it('costs at least one whole point', () => {
    expect(summary('{ __typename }', { cost: 0 })).toEqual([['guest', '203.0.113.7', 1]]);
    expect(summary('{ products { id } }', { cost: 1.2 })).toEqual([['guest', '203.0.113.7', 2]]);
  });
});

describe('a mutation', () => {
  it('is charged per root field as well', () => {
    expect(summary('mutation { a: addToCart b: addToCart }', { viewer: ada })).toEqual([
      ['viewer', ada.id, 12],
      ['viewer-mutations', ada.id, 2],
    ]);
  });

  it('of a guest with a session is charged per root field to the guest and to the address', () => {
    const guestId = newId('Guest');
    const viewer: Viewer = { kind: 'guest', session: { guestId, sessionId: newId('Session') } };
    expect(summary('mutation { a: addToCart b: addToCart }', { viewer })).toEqual([
      ['viewer', guestId, 12],
      ['guest', '203.0.113.7', 12],
      ['viewer-mutations', guestId, 2],
      ['guest-mutations', '203.0.113.7', 2],
    ]);
  });

  it("that asks for the viewer's password once more is charged to their account, also when it names another address", () => {
    const close = 'mutation { closeAccount(input: { password: "p" }) { id } }';
    const keyOf = (text: string, viewer: Viewer, address?: string) =>
      charges(text, { viewer, ...(address && { address }) }).find(({ bucket }) => bucket === 'account')?.key;
    const change = 'mutation { requestEmailChange(input: { newEmail: "eve@example.com", password: "p" }) { id } }';
    expect(keyOf(close, ada)).toBe(keyOf(change, ada));
    expect(keyOf(close, ada)).not.toBe(keyOf(close, somebody()));
    expect(keyOf(close, ada)).not.toBe(keyOf(close, ada, '198.51.100.1'));
    expect(keyOf(close, guest)).toBeUndefined();
  });

  it('that signs in is charged to its address and to the account, for every viewer', () => {
    expect(summary('mutation { signIn(input: { email: "ada@example.com" }) { id } }', { viewer: ada })).toEqual([
      ['viewer', ada.id, 12],
      ['viewer-mutations', ada.id, 1],
      ['credentials', '203.0.113.7', 1],
      ['account', 1],
    ]);
  });

  it.each([
    ['aliases', 'mutation { a: signIn(input: $i) { id } b: signIn(input: $i) { id } }'],
    [
      'a fragment',
      'mutation { ...F } fragment F on Mutation { a: signIn(input: $i) { id } b: signIn(input: $i) { id } }',
    ],
    [
      'inline fragments',
      'mutation { ... { a: signIn(input: $i) { id } } ... on Mutation { b: signIn(input: $i) { id } } }',
    ],
  ])('with a second guess in %s is charged twice', (_, text) => {
    const points = Object.fromEntries(
      charges(text, { variables: { i: { email: 'ada@example.com' } } }).map(({ bucket, points }) => [bucket, points]),
    );
    expect(points).toMatchObject({ 'guest-mutations': 2, credentials: 2, account: 2 });
  });

  it.each([
    [
      'a variable',
      'mutation ($i: I = { email: "ada@example.com" }) { a: signIn(input: $i) { id } b: signIn(input: $i) { id } }',
    ],
    [
      'one in an input',
      'mutation ($e: String = "ada@example.com") { a: signIn(input: { email: $e }) { id } b: signIn(email: $e) { id } }',
    ],
  ])('with the account in the default of %s is charged as if it were sent', (_, text) => {
    const account = (variables: Record<string, unknown>) => charges(text, { variables }).at(-1);
    const sent = account({ i: { email: 'ada@example.com' }, e: 'ada@example.com' });
    expect(sent).toMatchObject({ bucket: 'account', points: 2 });
    expect(account({})).toEqual(sent);
    expect(account({ i: { email: 'eve@example.com' }, e: 'eve@example.com' })).not.toEqual(sent);
  });

  it('is charged to the account at its own address only', () => {
    const keyAt = (address: string) =>
      charges('mutation { signIn(email: "ada@example.com") { id } }', { address }).at(-1)?.key;
    expect(keyAt('203.0.113.7')).toBe(keyAt('203.0.113.7'));
    expect(keyAt('203.0.113.7')).not.toBe(keyAt('203.0.113.8'));
  });

  it('identifies an account by its normalised e-mail address, never by name', () => {
    const accountOf = (text: string, variables = {}) =>
      charges(text, { variables }).find(({ bucket }) => bucket === 'account')?.key;
    const literal = accountOf('mutation { signIn(input: { email: "ada@example.com" }) { id } }');
    const variable = accountOf('mutation { signIn(input: { email: $e }) { id } }', { e: ' Ada@Example.com' });
    const argument = accountOf('mutation { signIn(email: "ada@example.com") { id } }');
    expect([variable, argument]).toEqual([literal, literal]);
    const domain = (name: string) => accountOf(`mutation { signIn(email: "ada@${name}") { id } }`);
    expect(domain('exämple.de')).toBe(domain('xn--exmple-cua.de'));
    expect(literal).toMatch(/^[\w-]{22}$/);
  });

  it.each(['7', '"ada"'])('with %s for an e-mail address is charged to no account', (email) => {
    expect(summary(`mutation { signIn(input: { email: ${email} }) { id } }`).map(([bucket]) => bucket)).toEqual([
      'guest',
      'guest-mutations',
      'credentials',
    ]);
  });
});

it('root fields are found once each, even in cyclic fragments', () => {
  const document = parse('{ a ...F } fragment F on Query { b: a(x: $x) ...F ...G } fragment G on Query { a ...F }');
  const operation = getOperationAST(document);
  expect(operation && rootFieldsOf(document, operation, { x: 1 })).toEqual([
    { name: 'a', args: {} },
    { name: 'a', args: { x: 1 } },
  ]);
});
