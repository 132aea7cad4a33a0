import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage } from '#kit/payment/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';
import { offlineBook } from '../adapters/offline/book.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const [ada, eve] = [newId('User'), newId('User')];
const staffId = newId('User');
const staff = signedIn(staffId, 'STAFF');
const audited = async (action: string) => {
  const rows = await kit.prisma.outboxMessage.findMany({
    where: { type: 'staff.acted' },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ data }) => data as Record<string, unknown>).filter((it) => it.action === action);
};

describe('saved payment methods in the graph', () => {
  const saving = `mutation ($key: String, $token: String!) { savePaymentMethod(idempotencyKey: $key, input: {paymentMethodToken: $token}) {
    __typename
    ... on SavePaymentMethodSuccess { paymentMethod { id brand last4 expiryMonth expiryYear provider savedAt } }
    ... on PaymentMethodRefused { reason } ... on Failure { message } } }`;
  const removing = `mutation ($id: ID!) { removePaymentMethod(input: {paymentMethodId: $id}) {
    __typename ... on RemovePaymentMethodSuccess { paymentMethodId } } }`;
  const save = (viewer: Viewer, token: string, key?: string) => kit.ask(viewer, saving, { token, key });
  const of = async (viewer: Viewer, ...users: unknown[]) =>
    kit.ask(
      viewer,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { paymentMethods { id last4 } } } }',
      {
        r: users.map((id) => ({ __typename: 'User', id })),
      },
    );

  test('are saved, listed and removed by their user', async () => {
    const { data } = await save(signedIn(ada), 'tok_approve');
    expect(data.savePaymentMethod).toMatchObject({
      __typename: 'SavePaymentMethodSuccess',
      paymentMethod: { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2034, provider: 'simulator' },
    });
    const { id } = data.savePaymentMethod.paymentMethod;
    expect((await of(signedIn(ada), ada)).data._entities).toEqual([{ paymentMethods: [{ id, last4: '4242' }] }]);
    expect((await of(staff, ada)).data._entities).toEqual([{ paymentMethods: [{ id, last4: '4242' }] }]);
    expect((await of(signedIn(eve), ada)).data._entities).toEqual([{ paymentMethods: null }]);
    expect((await kit.ask(signedIn(eve), removing, { id })).codes).toEqual(['NOT_FOUND']);
    expect((await kit.ask(signedIn(ada), removing, { id })).data.removePaymentMethod).toEqual({
      ...{ __typename: 'RemovePaymentMethodSuccess', paymentMethodId: id },
    });
    expect((await of(signedIn(ada), ada)).data._entities).toEqual([{ paymentMethods: [] }]);
  });

  test('that the provider refuses are a failure', async () => {
    const { data } = await save(signedIn(ada), 'tok_expired_card');
    expect(data.savePaymentMethod).toMatchObject({ __typename: 'PaymentMethodRefused', reason: 'EXPIRED_CARD' });
  });

  test('are for signed-in users, and never a card number', async () => {
    expect((await save(guest, 'tok_approve')).codes).toEqual(['UNAUTHENTICATED']);
    for (const [token, code] of [
      ['', 'BAD_USER_INPUT'],
      ['two words', 'BAD_USER_INPUT'],
      ['4242424242424242', 'CARD_NUMBER'],
    ] as const) {
      const answer = await save(signedIn(ada), token);
      expect(answer.codes).toEqual([code]);
      expect(JSON.stringify(answer)).not.toContain('42424242');
    }
  });
});

describe('payments in the graph', () => {
  const listing = `query ($filter: PaymentFilter, $first: Int, $after: String) {
    payments(filter: $filter, first: $first, after: $after) { pageInfo { endCursor } edges { node { status } } } }`;
  const list = async (viewer: Viewer, variables: object = {}) => {
    const { data, codes } = await kit.ask(viewer, listing, { ...variables });
    return codes ?? data.payments.edges.map(({ node }: { node: { status: string } }) => node.status);
  };

  test('are listed for staff alone, newest first, by status and provider, in pages', async () => {
    for (const paymentMethodToken of ['tok_decline', 'tok_approve', 'tok_action_required', 'tok_duplicate_webhook'])
      await kit.app.commands.authorizePayment(authorizeMessage(anAttempt(), { paymentMethodToken }));
    expect(await list(staff)).toEqual(['AUTHORIZING', 'ACTION_REQUIRED', 'AUTHORIZED', 'DECLINED']);
    // PROCESSING is one of several that look like AUTHORIZING.
    expect(await list(staff, { filter: { statuses: ['AUTHORIZING', 'DECLINED'] } })).toEqual([
      'AUTHORIZING',
      'DECLINED',
    ]);
    expect(await list(staff, { filter: { statuses: [] } })).toEqual([]);
    expect(await list(staff, { filter: { provider: 'another' } })).toEqual([]);
    const { data } = await kit.ask(staff, listing, { first: 3 });
    const after = data.payments.pageInfo.endCursor;
    expect(await list(staff, { after, filter: { provider: 'simulator' } })).toEqual(['DECLINED']);
    expect(await list(signedIn(ada))).toEqual(['FORBIDDEN']);
    expect(await list(guest)).toEqual(['UNAUTHENTICATED']);
    expect(await list(staff, { filter: { provider: '\u0000' } })).toEqual(['BAD_USER_INPUT']);
  });
});

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

describe('what staff do to a payment', () => {
  const on = (name: string) => `mutation ($key: String!, $input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
    ${name}(idempotencyKey: $key, input: $input) { __typename ... on Failure { message }
      ... on InvalidPaymentState { from to } ${name === 'voidPayment' ? '' : '... on WrongAmount { expected { amount currency } }'}
      ... on ${name[0]?.toUpperCase()}${name.slice(1)}Success { payment { id status } } } }`;
  const act = async (name: string, input: object, key: string = crypto.randomUUID(), viewer: Viewer = staff) => {
    const { data, codes } = await kit.ask(viewer, on(name), { key, input });
    return codes ?? data[name];
  };
  const authorized = async (paymentMethodToken = 'tok_approve') => {
    const attempt = anAttempt();
    await kit.app.commands.authorizePayment(authorizeMessage(attempt, { customerId: ada, paymentMethodToken }));
    return { attempt, id: (await kit.payment(attempt)).id };
  };

  test('capture: once per key, with an audit row and the order’s event', async () => {
    const { attempt, id } = await authorized();
    const expected = { __typename: 'CapturePaymentSuccess', payment: { id, status: 'CAPTURED' } };
    for (let time = 1; time <= 2; time++)
      expect(await act('capturePayment', { paymentId: id, amount: money(5_000, 'EUR') }, 'capture it')).toEqual(
        expected,
      );
    expect(await act('capturePayment', { paymentId: id }, 'capture it')).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(await act('capturePayment', { paymentId: id })).toMatchObject({
      ...{ __typename: 'InvalidPaymentState', from: 'CAPTURED', to: 'CAPTURED' },
    });
    expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
    expect(await kit.ledger(attempt)).toEqual(await kit.effects(attempt));
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured']);
    expect((await audited('capturePayment')).filter((it) => JSON.stringify(it).includes(id))).toEqual([
      {
        ...{ actorId: staffId, action: 'capturePayment', customerId: ada, subject: { type: 'Payment', id } },
        details: { from: 'AUTHORIZED', amount: '5000', currency: 'EUR' },
      },
    ]);
  });

  test.each([money(5_001, 'EUR'), money(5_000, 'USD')])(
    'a capture of %j tells what is held and does nothing',
    async (amount) => {
      const { attempt, id } = await authorized();
      expect(await act('capturePayment', { paymentId: id, amount })).toMatchObject({
        ...{ __typename: 'WrongAmount', expected: money(5_000, 'EUR') },
      });
      expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000']);
      expect((await audited('capturePayment')).filter((it) => JSON.stringify(it).includes(id))).toEqual([]);
    },
  );

  test('void: releases the hold, and the order hears of it', async () => {
    const { attempt, id } = await authorized();
    expect(await act('voidPayment', { paymentId: id })).toEqual({
      ...{ __typename: 'VoidPaymentSuccess', payment: { id, status: 'VOIDED' } },
    });
    expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000', 'VOID 5000']);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'cancelled']);
    expect(await act('voidPayment', { paymentId: id })).toMatchObject({
      __typename: 'InvalidPaymentState',
      from: 'VOIDED',
    });
    expect(await act('capturePayment', { paymentId: id })).toMatchObject({ from: 'VOIDED', to: 'CAPTURED' });
  });

  test('void of a payment that is captured is not one', async () => {
    const { attempt, id } = await authorized();
    await act('capturePayment', { paymentId: id });
    expect(await act('voidPayment', { paymentId: id })).toMatchObject({ from: 'CAPTURED', to: 'VOIDED' });
    expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
  });

  test('capture and void at the same moment: one of them is done, and the books agree', async () => {
    for (let round = 0; round < 5; round++) {
      const { attempt, id } = await authorized();
      const ends = await Promise.all([act('capturePayment', { paymentId: id }), act('voidPayment', { paymentId: id })]);
      expect(ends.filter(({ __typename }) => __typename.endsWith('Success'))).toHaveLength(1);
      expect(await kit.ledger(attempt)).toEqual(await kit.effects(attempt));
      expect(await kit.effects(attempt)).toHaveLength(2);
    }
  });

  test.each([
    ['capturePayment', {}],
    ['voidPayment', {}],
    ['recordOfflinePayment', { amount: money(1, 'EUR') }],
    ['recordOfflineRefund', { amount: money(1, 'EUR') }],
  ])('%s is for staff, of a payment that exists', async (name, more) => {
    const { attempt, id } = await authorized();
    expect(await act(name, { paymentId: id, ...more }, 'k', guest)).toEqual(['UNAUTHENTICATED']);
    expect(await act(name, { paymentId: id, ...more }, 'k', signedIn(ada))).toEqual(['FORBIDDEN']);
    for (const paymentId of [newId('Payment'), 'x'])
      expect(await act(name, { paymentId, ...more })).toEqual(['NOT_FOUND']);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized']);
  });

  describe('offline', () => {
    const eur = (amount: number) => money(amount, 'EUR');
    const waiting = async (token = 'offline_transfer') => {
      const it = await authorized(token);
      return {
        ...it,
        record: (amount = eur(5_000), key?: string) => act('recordOfflinePayment', { paymentId: it.id, amount }, key),
      };
    };

    test.each(['offline_transfer', 'offline_cash'])(
      '%s: the order waits, staff record the money, and it goes on',
      async (token) => {
        const { attempt, id, record } = await waiting(token);
        expect(await kit.payment(attempt)).toMatchObject({
          status: 'AWAITING_FUNDS',
          provider: 'offline',
          nextCheckAt: null,
        });
        expect(await kit.replyTypes(attempt)).toEqual(['awaiting-funds']);
        for (let time = 1; time <= 2; time++)
          expect(await record(eur(5_000), `came ${id}`)).toEqual({
            ...{ __typename: 'RecordOfflinePaymentSuccess', payment: { id, status: 'AUTHORIZED' } },
          });
        expect(await kit.replyTypes(attempt)).toEqual(['awaiting-funds', 'authorized']);
        expect(await record()).toMatchObject({
          __typename: 'InvalidPaymentState',
          from: 'AUTHORIZED',
          to: 'AUTHORIZED',
        });
        await kit.app.commands.capturePayment(captureMessage(attempt));
        expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
        expect((await audited('recordOfflinePayment')).filter((it) => JSON.stringify(it).includes(id))).toMatchObject([
          { actorId: staffId, customerId: ada, details: { from: 'AWAITING_FUNDS', amount: '5000', currency: 'EUR' } },
        ]);
      },
    );

    test.each([eur(4_999), money(5_000, 'USD')])('%j instead of what was asked for is refused', async (amount) => {
      const { attempt, record } = await waiting();
      expect(await record(amount)).toMatchObject({ __typename: 'WrongAmount', expected: eur(5_000) });
      expect(await kit.ledger(attempt)).toEqual([]);
    });

    test('recorded by two at once it is there once', async () => {
      const { attempt, record } = await waiting();
      const ends = await Promise.all([record(), record()]);
      expect(ends.filter(({ __typename }) => __typename === 'RecordOfflinePaymentSuccess')).toHaveLength(1);
      expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000']);
    });

    test('recorded by a process that dies before it has looked: the sweep goes on', async () => {
      const { attempt, id } = await waiting();
      await kit.prisma.$transaction(async (tx) => {
        const { reference } = await tx.payment.update({ where: { id }, data: { nextCheckAt: new Date(0) } });
        await offlineBook(tx).recordFunds(reference ?? '', eur(5_000), new Date());
      });
      await kit.app.sweeps.checks();
      expect(await kit.replyTypes(attempt)).toEqual(['awaiting-funds', 'authorized']);
    });

    test('cancelled while it waits, nothing was held, and money that comes later is not taken for it', async () => {
      const { attempt, record } = await waiting();
      await kit.app.commands.cancelPayment(cancelMessage(attempt));
      expect(await kit.replyTypes(attempt)).toEqual(['awaiting-funds', 'cancelled']);
      expect(await record()).toMatchObject({ __typename: 'InvalidPaymentState', from: 'VOIDED' });
      expect(await kit.ledger(attempt)).toEqual([]);
    });

    test('a refund waits until staff record that it was paid', async () => {
      const { attempt, id, record } = await waiting();
      await record();
      await kit.app.commands.capturePayment(captureMessage(attempt));
      const refund = (amount = eur(5_000), key?: string) => act('recordOfflineRefund', { paymentId: id, amount }, key);
      expect(await refund()).toMatchObject({ __typename: 'InvalidPaymentState', from: 'CAPTURED', to: 'REFUNDED' });
      await kit.app.commands.cancelPayment(cancelMessage(attempt));
      await kit.sweepLater();
      expect((await kit.payment(attempt)).status).toBe('REFUNDING');
      expect(await refund(eur(1))).toMatchObject({ __typename: 'WrongAmount', expected: eur(5_000) });
      for (let time = 1; time <= 2; time++)
        expect(await refund(eur(5_000), `back ${id}`)).toEqual({
          ...{ __typename: 'RecordOfflineRefundSuccess', payment: { id, status: 'REFUNDED' } },
        });
      expect((await kit.replyTypes(attempt)).at(-1)).toBe('cancelled');
      expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 5000']);
      expect(await refund()).toMatchObject({ __typename: 'InvalidPaymentState' });
    });

    test('refunds in parts wait, each until it is recorded', async () => {
      const { attempt, id, record } = await waiting();
      await record();
      await kit.app.commands.capturePayment(captureMessage(attempt));
      const [part, rest] = [eur(2_000), eur(3_000)];
      for (const amount of [part, rest])
        await kit.app.commands.refundForStaff({
          ...{ by: staff, idempotencyKey: crypto.randomUUID(), paymentId: id, amount, reason: 'Damaged.' },
        });
      const refund = (amount: typeof part) => act('recordOfflineRefund', { paymentId: id, amount });
      expect(await refund(eur(5_000))).toMatchObject({ __typename: 'WrongAmount', expected: part });
      for (const amount of [rest, part])
        expect(await refund(amount)).toMatchObject({ __typename: 'RecordOfflineRefundSuccess' });
      expect(await refund(part)).toMatchObject({ __typename: 'InvalidPaymentState' });
      expect((await kit.replyTypes(attempt)).slice(3)).toEqual(['refunded', 'refunded']);
      expect((await kit.ledger(attempt)).slice(2)).toEqual(['REFUND 3000', 'REFUND 2000']);
    });

    test('is not for a payment of a provider', async () => {
      const { id } = await authorized();
      for (const name of ['recordOfflinePayment', 'recordOfflineRefund'])
        expect(await act(name, { paymentId: id, amount: eur(5_000) })).toMatchObject({
          __typename: 'InvalidPaymentState',
        });
    });
  });
});
