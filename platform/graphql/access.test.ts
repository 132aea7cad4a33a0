import { buildSchema, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { somebody } from '#kit/user/viewers.ts';
import { accessTable, enforceAccess } from './access.ts';

const directives = ['public', 'identified', 'signedIn', 'permission(name: String!)']
  .map((name) => `directive @${name} on FIELD_DEFINITION | OBJECT`)
  .join('\n');
const sdl = `${directives}
  type Query {
    shop: String @public  cart: String @identified  mine: String @signedIn  ledger: String @permission(name: "payments:read")
    keys: String @permission(name: "api-keys:manage")  total: Money @public
  }
  type Money @public { amount: Int  margin: Int @permission(name: "payments:read") }`;
const rootValue = {
  shop: 'open',
  cart: 'full',
  mine: 'mine',
  ledger: 'all',
  keys: 'both',
  total: { amount: 1, margin: 2 },
};
const guestWithSession: Viewer = { kind: 'guest', session: { guestId: newId('Guest'), sessionId: newId('Session') } };
const bookkeeping: Viewer = { kind: 'apiKey', id: newId('ApiKey'), permissions: ['payments:read'] };

const ask = async (source: string, viewer: Viewer) =>
  JSON.parse(
    JSON.stringify(
      await graphql({ schema: enforceAccess(buildSchema(sdl)), source, rootValue, contextValue: { viewer } }),
    ),
  );

test.each([
  [guest, { shop: 'open', cart: null, mine: null, ledger: null, keys: null }],
  [guestWithSession, { shop: 'open', cart: 'full', mine: null, ledger: null, keys: null }],
  [somebody(), { shop: 'open', cart: 'full', mine: 'mine', ledger: null, keys: null }],
  [somebody('STAFF'), { shop: 'open', cart: 'full', mine: 'mine', ledger: 'all', keys: null }],
  [somebody('ADMIN'), { shop: 'open', cart: 'full', mine: 'mine', ledger: 'all', keys: 'both' }],
  [bookkeeping, { shop: 'open', cart: 'full', mine: null, ledger: 'all', keys: null }],
])('%o sees only what was decided for them', async (viewer, data) => {
  expect((await ask('{ shop cart mine ledger keys }', viewer)).data).toEqual(data);
});

test('a guest is asked to sign in, everybody else is forbidden', async () => {
  for (const viewer of [guest, guestWithSession])
    expect((await ask('{ mine }', viewer)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect((await ask('{ ledger }', somebody())).errors[0].extensions.code).toBe('FORBIDDEN');
  expect((await ask('{ mine }', bookkeeping)).errors[0].extensions.code).toBe('FORBIDDEN');
});

test('a field whose permission does not exist keeps the service from starting', () => {
  const typo = buildSchema(`${directives} type Query { ledger: String @permission(name: "payment:read") }`);
  expect(() => enforceAccess(typo)).toThrow('"payment:read"');
});

test("a type's decision holds for its fields, a field's own goes before it", async () => {
  const { data, errors } = await ask('{ total { amount margin } }', guest);
  expect(data).toEqual({ total: { amount: 1, margin: null } });
  expect(errors).toHaveLength(1);
});

test('a field without a decision keeps the service from starting', () => {
  const open = buildSchema(`${directives} type Query { shop: String @public  forgotten: String }`);
  expect(() => enforceAccess(open)).toThrow('Query.forgotten has no access decision');
  expect(accessTable(open).map(({ coordinate, access }) => [coordinate, access])).toEqual([
    ['Query.shop', 'public'],
    ['Query.forgotten', undefined],
  ]);
});
