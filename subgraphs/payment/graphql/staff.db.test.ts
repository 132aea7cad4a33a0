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

    test('recorded by five at once it is there once, and four are told so', async () => {
      const { attempt, record } = await waiting();
      const ends = await Promise.all(Array.from({ length: 5 }, () => record()));
      expect(ends.map(({ __typename }) => __typename).toSorted()).toEqual([
        ...Array.from({ length: 4 }, () => 'InvalidPaymentState'),
        'RecordOfflinePaymentSuccess',
      ]);
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
