import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage } from '#kit/payment/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const ada = newId('User');
const staffId = newId('User');
const staff = signedIn(staffId, 'STAFF');
const audited = async (action: string) => {
  const rows = await kit.prisma.outboxMessage.findMany({
    where: { type: 'staff.acted' },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ data }) => data as Record<string, unknown>).filter((it) => it.action === action);
};

describe('provider events in the graph', () => {
  const listing = `query ($state: ProviderEventState, $first: Int, $after: String) {
    providerEvents(state: $state, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
      edges { node { id eventId type state reason tries account reference processedAt receivedAt provider } } } }`;
  const replaying = `mutation ($key: String!, $id: ID!) { replayProviderEvent(idempotencyKey: $key, input: {providerEventId: $id}) {
    __typename ... on ReplayProviderEventSuccess { providerEvent { id state tries } } } }`;
  const list = async (args: object = {}) => {
    const { data } = await kit.ask(staff, listing, { ...args });
    return data.providerEvents;
  };

  test('are listed newest first, by state, in pages', async () => {
    for (const id of ['evt_a', 'evt_b', 'evt_c']) await kit.receive(anAttempt(), { id });
    const first = await list({ state: 'IGNORED', first: 2 });
    expect(first.edges.map(({ node }: { node: { eventId: string } }) => node.eventId)).toEqual(['evt_c', 'evt_b']);
    expect(first.edges[0].node).toMatchObject({ state: 'IGNORED', reason: 'No payment of ours.', tries: 1 });
    const rest = await list({ state: 'IGNORED', after: first.pageInfo.endCursor });
    expect(rest.edges.map(({ node }: { node: { eventId: string } }) => node.eventId)).toEqual(['evt_a']);
    expect((await list({ state: 'FAILED' })).edges).toEqual([]);
  });

  test('one that was ignored for want of its payment is replayed, once per key, with an audit row', async () => {
    const attempt = anAttempt();
    await kit.receive(attempt, { id: 'evt_early' });
    await kit.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken: 'tok_duplicate_webhook' }));
    kit.advance(1_000);
    const [{ node }] = (await list({ first: 1 })).edges;
    for (let time = 1; time <= 2; time++)
      expect((await kit.ask(staff, replaying, { id: node.id, key: 'a key' })).data.replayProviderEvent).toEqual({
        __typename: 'ReplayProviderEventSuccess',
        providerEvent: { id: node.id, state: 'DONE', tries: 1 },
      });
    expect(await kit.replyTypes(attempt)).toEqual(['authorized']);
    expect(await audited('replayProviderEvent')).toEqual([
      {
        ...{ actorId: staffId, action: 'replayProviderEvent', customerId: null },
        ...{
          subject: { type: 'ProviderEvent', id: node.id },
          details: { provider: 'simulator', eventId: 'evt_early' },
        },
      },
    ]);
  });

  test('are for staff', async () => {
    const id = newId('ProviderEvent');
    expect((await kit.ask(staff, replaying, { id, key: 'k' })).codes).toEqual(['NOT_FOUND']);
    for (const [viewer, code] of [
      [guest, 'UNAUTHENTICATED'],
      [signedIn(ada), 'FORBIDDEN'],
    ] as const) {
      expect((await kit.ask(viewer, listing)).codes).toEqual([code]);
      expect((await kit.ask(viewer, replaying, { id, key: 'k' })).codes).toEqual([code]);
    }
    const direct = kit.app.commands.replayProviderEvent({
      by: signedIn(ada),
      providerEventId: id,
      idempotencyKey: 'k',
    });
    await expect(direct).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
