import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { operator } from '#contracts/messages/staff.ts';
import { guest } from '#contracts/viewer.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn, somebody } from '#kit/user/viewers.ts';
import type { User } from '../domain/account/user.ts';

let kit: UserTestApp;
let admin: User;
beforeAll(async () => {
  kit = await userTestApp();
  admin = await kit.customer();
  await kit.app.commands.grantRole({ by: operator, userId: admin.id, role: 'ADMIN', idempotencyKey: undefined });
});
afterAll(() => kit[Symbol.asyncDispose]());

const ask = (source: string, variables: object = {}, viewer = signedIn(admin.id, 'ADMIN')) =>
  kit.ask(viewer, source, { ...variables });

describe('roles in the graph', () => {
  test('are made, given, taken and removed', async () => {
    const { id } = await kit.customer({ displayName: 'Sten' });
    const clerk = '(input: { userId: $id, role: "CLERK" })';
    const { data } = await ask(
      `mutation ($id: ID!) {
        saveRole(input: { name: "CLERK", permissions: ["orders:read"] }) { ... on SaveRoleSuccess { role { name permissions } } }
        grantRole${clerk} { ... on GrantRoleSuccess { user { id roles { name } } } }
        inUse: removeRole(input: { name: "CLERK" }) { __typename ... on RoleInUse { message holders } }
        revokeRole${clerk} { ... on RevokeRoleSuccess { user { roles { name } } } }
        removeRole(input: { name: "CLERK" }) { ... on RemoveRoleSuccess { name } }
      }`,
      { id },
    );
    expect(data).toEqual({
      saveRole: { role: { name: 'CLERK', permissions: ['orders:read'] } },
      grantRole: { user: { id, roles: [{ name: 'CUSTOMER' }, { name: 'CLERK' }] } },
      inUse: { __typename: 'RoleInUse', message: 'Somebody still has this role. Revoke it first.', holders: 1 },
      revokeRole: { user: { roles: [{ name: 'CUSTOMER' }] } },
      removeRole: { name: 'CLERK' },
    });
    expect((await ask('{ roles { name } }')).data.roles).toEqual(
      ['CUSTOMER', 'ADMIN', 'STAFF'].map((name) => ({ name })),
    );
  });

  const grant = 'mutation ($id: ID!) { grantRole(input: { userId: $id, role: "STAFF" }) { __typename } }';

  test.each([
    ['a guest', guest, 'UNAUTHENTICATED'],
    ['staff', somebody('STAFF'), 'FORBIDDEN'],
    ['somebody whose token says ADMIN, and whose roles do not', somebody('ADMIN'), 'FORBIDDEN'],
  ])('are refused to %s', async (_, viewer, code) => {
    expect(await kit.ask(viewer, grant, { id: admin.id })).toMatchObject({ codes: [code] });
  });

  test.each(['', 'usr_1', newId('User'), newId('Order')])('nobody is called %j', async (id) => {
    expect(await ask(grant, { id })).toMatchObject({ codes: ['NOT_FOUND'] });
  });
});

describe('API keys in the graph', () => {
  test('are shown once, listed without the key, and revoked', async () => {
    const made = await ask(`mutation {
      createApiKey(idempotencyKey: "k", input: { name: "Warehouse", permissions: ["stock:write"] }) {
        ... on CreateApiKeySuccess { key apiKey { id name permissions createdBy lastUsedAt revokedAt } }
      } }`);
    const { key, apiKey } = made.data.createApiKey;
    expect(key).toMatch(/^agk_/);
    expect(apiKey).toEqual({
      ...{ id: apiKey.id, name: 'Warehouse', permissions: ['stock:write'], createdBy: admin.id },
      ...{ lastUsedAt: null, revokedAt: null },
    });
    const listed = await ask('{ apiKeys(first: 1) { edges { node { id } } pageInfo { hasNextPage } } }');
    expect(listed.data.apiKeys).toEqual({ edges: [{ node: { id: apiKey.id } }], pageInfo: { hasNextPage: false } });
    const revoked = await ask(
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { ... on RevokeApiKeySuccess { apiKey { id revokedAt } } } }',
      { id: apiKey.id },
    );
    expect(revoked.data.revokeApiKey.apiKey).toEqual({ id: apiKey.id, revokedAt: expect.any(String) });
    expect((await kit.ask(somebody('STAFF'), '{ apiKeys { edges { node { id } } } }')).codes).toEqual(['FORBIDDEN']);
  });
});
