import { buildSchema, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Role, type Viewer } from '#contracts/viewer.ts';
import { accessTable, enforceAccess } from './access.ts';

const directives = ['public', 'signedIn', 'staff', 'admin']
  .map((name) => `directive @${name} on FIELD_DEFINITION | OBJECT`)
  .join('\n');
const sdl = `${directives}
  type Query { shop: String @public  mine: String @signedIn  ledger: String @staff  keys: String @admin  total: Money @public }
  type Money @public { amount: Int  margin: Int @staff }`;
const rootValue = { shop: 'open', mine: 'cart', ledger: 'all', keys: 'both', total: { amount: 1, margin: 2 } };
const user = (...roles: Role[]): Viewer => ({ kind: 'user', id: newId('User'), roles });

const ask = async (source: string, viewer: Viewer) =>
  JSON.parse(
    JSON.stringify(
      await graphql({ schema: enforceAccess(buildSchema(sdl)), source, rootValue, contextValue: { viewer } }),
    ),
  );

test.each([
  [guest, { shop: 'open', mine: null, ledger: null, keys: null }],
  [user('CUSTOMER'), { shop: 'open', mine: 'cart', ledger: null, keys: null }],
  [user('STAFF'), { shop: 'open', mine: 'cart', ledger: 'all', keys: null }],
  [user('ADMIN'), { shop: 'open', mine: 'cart', ledger: 'all', keys: 'both' }],
])('%o sees only what was decided for them', async (viewer, data) => {
  expect((await ask('{ shop mine ledger keys }', viewer)).data).toEqual(data);
});

test('a guest is told to sign in, a customer that they may not', async () => {
  expect((await ask('{ mine }', guest)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect((await ask('{ ledger }', user('CUSTOMER'))).errors[0].extensions.code).toBe('FORBIDDEN');
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
