import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CustomerId, newId } from '#contracts/ids.ts';
import { OrderConfirmed, OrderPlaced } from '#contracts/messages/order.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { anOrderFor, received, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';
import { consumers } from '../consumers.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const aGuest = (): Viewer & { session: { guestId: CustomerId } } => ({
  kind: 'guest',
  session: { guestId: newId('Guest'), sessionId: 's' },
});

const placed = async (customerId: CustomerId, definition: typeof OrderPlaced | typeof OrderConfirmed = OrderPlaced) => {
  const message = received(definition, anOrderFor({ id: customerId } as never));
  await consumers(kit.app)
    .find((consumer) => consumer.definition.type === definition.type)
    ?.handle(message as never);
};
const list = '{ notifications { edges { node { id kind readAt } } } }';
const mark = `mutation ($ids: [ID!]) { markNotificationsRead(input: { ids: $ids }) {
  ... on MarkNotificationsReadSuccess { unreadCount } } }`;
const nodes = ({ data }: { data: { notifications: { edges: { node: { id: string; readAt: string | null } }[] } } }) =>
  data.notifications.edges.map(({ node }) => node);

describe('a guest with a session', () => {
  test('reads their own notifications and marks them as read, and nobody else’s', async () => {
    const [guest, other] = [aGuest(), aGuest()];
    await placed(guest.session.guestId);
    await placed(other.session.guestId);
    const [mine] = nodes(await kit.ask(guest, list));
    const [theirs] = nodes(await kit.ask(other, list));
    expect(mine).toMatchObject({ kind: 'ORDER_PLACED', readAt: null });
    const { data } = await kit.ask(guest, mark, { ids: [mine?.id, theirs?.id, 'nonsense'] });
    expect(data.markNotificationsRead).toEqual({ unreadCount: 0 });
    expect(nodes(await kit.ask(guest, list))).toMatchObject([{ readAt: expect.any(String) }]);
    expect(nodes(await kit.ask(other, list))).toMatchObject([{ readAt: null }]);
  });
});

test('all are marked when none is named; again it changes nothing', async () => {
  const ada = signedIn((await kit.customer()).id);
  await placed(ada.id);
  await placed(ada.id, OrderConfirmed);
  const [first] = nodes(await kit.ask(ada, list));
  expect((await kit.ask(ada, mark, { ids: [first?.id] })).data.markNotificationsRead).toEqual({ unreadCount: 1 });
  const before = nodes(await kit.ask(ada, list));
  kit.advance(1_000);
  expect((await kit.ask(ada, mark)).data.markNotificationsRead).toEqual({ unreadCount: 0 });
  const after = nodes(await kit.ask(ada, list));
  expect(after.map(({ readAt }) => readAt !== null)).toEqual([true, true]);
  expect(after.find(({ id }) => id === first?.id)).toEqual(before.find(({ id }) => id === first?.id));
  const { data } = await kit.ask(ada, '{ me { unreadNotificationCount } }');
  expect(data.me).toEqual({ unreadNotificationCount: 0 });
});

test('the same idempotency key with other ids is a conflict', async () => {
  const ada = signedIn((await kit.customer()).id);
  const withKey = (ids: string[]) =>
    kit.ask(
      ada,
      'mutation ($ids: [ID!]) { markNotificationsRead(idempotencyKey: "k", input: { ids: $ids }) { __typename } }',
      { ids },
    );
  const kinds = [];
  for (const ids of [[newId('Notification')], [], []]) kinds.push((await withKey(ids)).data.markNotificationsRead);
  expect(kinds[0]).toEqual({ __typename: 'MarkNotificationsReadSuccess' });
  expect(kinds.slice(1)).toEqual(Array(2).fill({ __typename: 'IdempotencyConflict' }));
});

test.each([
  ['a guest without a session', { kind: 'guest' }, 'UNAUTHENTICATED'],
  ['an API key', { kind: 'apiKey', id: newId('ApiKey'), permissions: [] }, 'FORBIDDEN'],
] as [string, Viewer, string][])('%s has no notifications', async (_, viewer, code) => {
  for (const query of [list, mark]) {
    expect((await kit.ask(viewer, query)).codes).toEqual([code]);
  }
});

describe('preferences', () => {
  const update = `mutation ($preferences: [NotificationPreferenceInput!]!) {
    updateNotificationPreferences(input: { preferences: $preferences }) {
      ... on UpdateNotificationPreferencesSuccess { preferences { kind channel isEnabled } } } }`;
  const setting = (channel: string, isEnabled: boolean, kind = 'ORDER_CONFIRMED') => ({ kind, channel, isEnabled });

  test('everything is on until it is switched off, and on again', async () => {
    await kit.sendMail();
    const ada = signedIn((await kit.customer()).id);
    const before = await kit.ask(ada, '{ me { notificationPreferences { kind channel isEnabled } } }');
    expect(before.data.me.notificationPreferences.every((it: { isEnabled: boolean }) => it.isEnabled)).toBe(true);
    const { data } = await kit.ask(ada, update, { preferences: [setting('EMAIL', false), setting('IN_APP', false)] });
    const off = data.updateNotificationPreferences.preferences.filter((it: { isEnabled: boolean }) => !it.isEnabled);
    expect(off).toEqual([setting('IN_APP', false), setting('EMAIL', false)]);

    await placed(ada.id, OrderConfirmed);
    expect(nodes(await kit.ask(ada, list))).toEqual([]);
    expect(await kit.sendMail()).toEqual([]);

    await kit.ask(ada, update, { preferences: [setting('EMAIL', true), setting('IN_APP', true)] });
    await placed(ada.id, OrderConfirmed);
    expect(nodes(await kit.ask(ada, list))).toHaveLength(1);
    expect(await kit.sendMail()).toHaveLength(1);
  });

  test('mails about the safety of an account are no preference', async () => {
    const ada = await kit.customer();
    const all = [...new Set(['WELCOME', 'ORDER_CONFIRMED'])].map((kind) => setting('EMAIL', false, kind));
    await kit.ask(signedIn(ada.id), update, { preferences: all });
    await kit.deps.transaction(({ deliveries }) =>
      deliveries.add({ sourceId: 'p', userId: ada.id, kind: 'PASSWORD_CHANGED', params: {} }),
    );
    expect(await kit.sendMail()).toMatchObject([{ kind: 'PASSWORD_CHANGED', unsubscribeUrl: undefined }]);
  });
});
