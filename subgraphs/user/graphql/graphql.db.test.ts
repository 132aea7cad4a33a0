import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { BuiltInRole } from '#contracts/permissions.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { aMessage } from '#kit/messaging/messages.ts';
import { anOrderFor, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';
import type { User } from '../domain/account/user.ts';

let kit: UserTestApp;
let ada: User;
let eve: User;
beforeAll(async () => {
  kit = await userTestApp();
  ada = await kit.customer({ displayName: 'Ada' });
  eve = await kit.customer({ displayName: 'Eve' });
});
afterAll(() => kit[Symbol.asyncDispose]());

const as = (user: User, ...roles: BuiltInRole[]) => signedIn(user.id, ...roles);

const ask: UserTestApp['ask'] = (...args) => kit.ask(...args);
const referencesTo = (viewer: Viewer, ids: readonly unknown[]) =>
  ask(viewer, 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id displayName } } }', {
    r: ids.map((id) => ({ __typename: 'User', id })),
  });

describe('visibility', () => {
  test('me is the signed-in user, and null for a guest', async () => {
    const me = '{ me { id email displayName locale emailVerifiedAt roles { name permissions } createdAt } }';
    expect(await ask(as(ada), me)).toEqual({
      data: { me: { ...ada, roles: [{ name: 'CUSTOMER', permissions: [] }], createdAt: ada.createdAt.toISOString() } },
    });
    expect(await ask(guest, me)).toEqual({ data: { me: null } });
  });

  const user = 'query ($id: ID!) { user(id: $id) { id } }';
  test.each([
    ['a guest', () => guest, 'UNAUTHENTICATED'],
    ['a customer, even for themself', () => as(ada), 'FORBIDDEN'],
  ])('user(id) is refused to %s', async (_, viewer, code) => {
    expect(await ask(viewer(), user, { id: ada.id })).toEqual({ data: { user: null }, codes: [code] });
  });

  test.each(['STAFF', 'ADMIN'] as const)('user(id) finds anybody for %s', async (role) => {
    expect(await ask(as(eve, role), user, { id: ada.id })).toEqual({ data: { user: { id: ada.id } } });
  });

  test.each([newId('User'), 'ord_0', '', "'; DROP TABLE user_account; --", '\u0000'])(
    'user(%j) is null',
    async (id) => {
      expect(await ask(as(eve, 'STAFF'), user, { id })).toEqual({ data: { user: null } });
    },
  );

  test('a reference resolves for the user and for staff, and to null for others', async () => {
    const found = { data: { _entities: [{ id: ada.id, displayName: 'Ada' }] } };
    const nobody = { data: { _entities: [null] } };
    expect(await referencesTo(as(ada), [ada.id])).toEqual(found);
    expect(await referencesTo(as(eve, 'STAFF'), [ada.id])).toEqual(found);
    expect(await referencesTo(as(eve), [ada.id])).toEqual(nobody);
    expect(await referencesTo(guest, [ada.id])).toEqual(nobody);
  });

  test('a malformed reference is null and not an error', async () => {
    const staff = as(eve, 'STAFF');
    expect(await referencesTo(staff, [newId('User'), newId('Order'), '', 7, null, { $ne: 1 }, ada.id])).toEqual({
      data: { _entities: [null, null, null, null, null, null, { id: ada.id, displayName: 'Ada' }] },
    });
  });

  test('100 references, half of them equal, take one statement', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, () => kit.customer()));
    const ids = Array.from({ length: 100 }, (_, n) => (n % 2 ? ada.id : others[n % 10]?.id));
    const before = kit.statements.length;
    const { data } = await referencesTo(as(eve, 'STAFF'), ids);
    expect(data._entities.map((user: { id: string }) => user.id)).toEqual(ids);
    expect(kit.statements.slice(before)).toHaveLength(1);
  });
});

describe('notifications', () => {
  const page = `query ($first: Int, $after: String) { me { notifications(first: $first, after: $after) {
    edges { cursor node { kind title body createdAt order { id } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  } } }`;

  const happening = (second: number) => aMessage({ occurredAt: `2026-11-22T12:00:0${second}.000Z` });

  test('are paged from the newest to the oldest, each once', async () => {
    const customer = await kit.customer();
    const order = anOrderFor(customer);
    // Two of the five at the same moment: then the one that came later is the newer one.
    for (const [at, title] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [3, 'd'],
      [4, 'e'],
    ] as const)
      await kit.app.commands.notify(happening(at), { kind: 'ORDER_PLACED', ...order, number: title });

    const titles: string[] = [];
    let after: string | null = null;
    for (let pages = 1; ; pages++) {
      const answer = await ask(as(customer), page, { first: 2, after });
      const { notifications } = answer.data.me;
      titles.push(...notifications.edges.map(({ node }: { node: { title: string } }) => node.title.slice(-1)));
      expect(notifications.pageInfo.hasPreviousPage).toBe(pages > 1);
      if (!notifications.pageInfo.hasNextPage) break;
      after = notifications.pageInfo.endCursor;
    }
    expect(titles).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  test('link to their order', async () => {
    const customer = await kit.customer();
    const order = anOrderFor(customer);
    await kit.app.commands.notify(happening(1), { kind: 'WELCOME', customerId: customer.id });
    await kit.app.commands.notify(happening(2), { kind: 'ORDER_PLACED', ...order });
    const { data } = await ask(as(customer), page);
    expect(data.me.notifications.edges.map(({ node }: { node: { order: unknown } }) => node.order)).toEqual([
      { id: order.orderId },
      null,
    ]);
  });

  test.each([
    [{ first: 0 }],
    [{ first: -1 }],
    [{ first: 101 }],
    [{ after: 'not a cursor' }],
    [{ after: Buffer.from(JSON.stringify(['\u0000'])).toString('base64url') }],
    [{ after: Buffer.from(JSON.stringify([newId('Order')])).toString('base64url') }],
  ])('%j is the fault of the caller', async (variables) => {
    expect(await ask(as(ada), page, variables)).toMatchObject({ codes: ['BAD_USER_INPUT'] });
  });
});
