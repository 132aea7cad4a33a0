import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage } from '#kit/payment/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const [ada, eve] = [newId('User'), newId('User')];
const as = signedIn;
const staff = as(newId('User'), 'STAFF');

const paid = async (paymentMethodToken = 'tok_approve', attempt = anAttempt()) => {
  await kit.app.commands.authorizePayment(authorizeMessage(attempt, { customerId: ada, paymentMethodToken }));
  if (paymentMethodToken === 'tok_approve') await kit.app.commands.capturePayment(captureMessage(attempt));
  return { attempt, ...(await kit.payment(attempt)) };
};

const entities = (viewer: Viewer, fields: string, representations: readonly unknown[]) =>
  kit.ask(viewer, `query ($r: [_Any!]!) { _entities(representations: $r) { ${fields} } }`, { r: representations });
const order = (id: unknown) => ({ __typename: 'Order', id });
const paymentReference = (id: unknown) => ({ __typename: 'Payment', id });

describe('payment(id)', () => {
  const query = 'query ($id: ID!) { payment(id: $id) { id status } }';

  test('returns all fields to its customer', async () => {
    const { attempt, id, createdAt } = await paid();
    const whole = `query ($id: ID!) { payment(id: $id) {
      id order { id } amount { amount currency } captured { amount } refunded { amount } status provider
      declineReason actionUrl createdAt ledger { kind amount { amount currency } recordedAt } } }`;
    const { data, codes } = await kit.ask(as(ada), whole, { id });
    expect(codes).toBeUndefined();
    expect(data.payment).toMatchObject({
      ...{ id, order: { id: attempt.orderId }, amount: money(5_000, 'EUR'), captured: { amount: 5_000 } },
      ...{ refunded: { amount: 0 }, status: 'CAPTURED', provider: 'simulator', declineReason: null, actionUrl: null },
      createdAt: createdAt.toISOString(),
      ledger: [
        { kind: 'AUTHORIZATION', amount: money(5_000, 'EUR') },
        { kind: 'CAPTURE', amount: money(5_000, 'EUR') },
      ],
    });
  });

  test('is visible to its customer and staff, and to nobody else', async () => {
    const { id } = await paid();
    for (const viewer of [as(ada), staff, as(eve, 'ADMIN')])
      expect(await kit.ask(viewer, query, { id })).toEqual({ data: { payment: { id, status: 'CAPTURED' } } });
    expect(await kit.ask(as(eve), query, { id })).toEqual({ data: { payment: null } });
    expect(await kit.ask(guest, query, { id })).toEqual({ data: { payment: null }, codes: ['UNAUTHENTICATED'] });
  });

  test.each([newId('Payment'), newId('Order'), '', "'; DROP TABLE payment; --", '\u0000'])('%j is null', async (id) => {
    expect(await kit.ask(staff, query, { id })).toEqual({ data: { payment: null } });
  });

  test('has the secret for the extra step for its customer alone, while there is one, and keeps it nowhere', async () => {
    const { attempt, id } = await paid('tok_action_required');
    const secretFor = async (viewer: Viewer) => {
      const { data } = await kit.ask(viewer, 'query ($id: ID!) { payment(id: $id) { clientSecret } }', { id });
      return data.payment?.clientSecret;
    };
    const secret = await secretFor(as(ada));
    expect(secret).toMatch(/_secret_\w+$/);
    expect([await secretFor(staff), await secretFor(as(eve, 'ADMIN')), await secretFor(as(eve))]).toEqual([
      null,
      null,
      undefined,
    ]);
    const kept = [await kit.payment(attempt), await kit.replies(attempt), await kit.prisma.operation.findMany()];
    expect(JSON.stringify(kept)).not.toContain(secret);
    await kit.app.commands.confirmPayment({
      ...{ customerId: ada, idempotencyKey: 'confirm for the secret', paymentId: id, code: 'approve' },
    });
    expect(await secretFor(as(ada))).toBeNull();
  });

  test('has the decline reason', async () => {
    const { id } = await paid('tok_expired_card');
    const { data } = await kit.ask(as(ada), 'query ($id: ID!) { payment(id: $id) { status declineReason } }', { id });
    expect(data.payment).toEqual({ status: 'DECLINED', declineReason: 'EXPIRED_CARD' });
  });
});

describe('references', () => {
  test('to a payment resolve for its customer and staff, and to null for others', async () => {
    const { id } = await paid();
    const fields = '... on Payment { id }';
    const references = [paymentReference(id)];
    for (const viewer of [as(ada), staff])
      expect(await entities(viewer, fields, references)).toEqual({ data: { _entities: [{ id }] } });
    for (const viewer of [as(eve), guest])
      expect(await entities(viewer, fields, references)).toEqual({ data: { _entities: [null] } });
  });

  test('that are malformed are null and not an error', async () => {
    const nonsense = [newId('User'), '', 7, null, { $ne: 1 }];
    const { data, codes } = await entities(staff, '... on Payment { id } ... on Order { id payments { id } }', [
      ...nonsense.map(paymentReference),
      ...nonsense.map(order),
      paymentReference(newId('Payment')),
    ]);
    expect(codes).toBeUndefined();
    expect(data._entities).toEqual([...nonsense, ...nonsense, null].map(() => null));
  });

  test('100 of them take one statement per type', async () => {
    const some = await Promise.all(Array.from({ length: 5 }, () => paid()));
    const pick = (n: number) => some[n % some.length];
    const payments = Array.from({ length: 100 }, (_, n) => paymentReference(pick(n)?.id));
    const orders = Array.from({ length: 100 }, (_, n) => order(pick(n)?.attempt.orderId));

    const before = kit.statements.length;
    const answer = await entities(as(ada), '... on Payment { status }', payments);
    expect(answer.data._entities).toEqual(payments.map(() => ({ status: 'CAPTURED' })));
    expect(kit.statements.slice(before)).toHaveLength(1);

    const between = kit.statements.length;
    await entities(as(ada), '... on Order { payments { id status } balance { amount } }', orders);
    expect(kit.statements.slice(between)).toHaveLength(1);

    const last = kit.statements.length;
    await entities(as(ada), '... on Order { payments { ledger { kind } } }', orders);
    expect(kit.statements.slice(last)).toHaveLength(2);
  });
});

describe('an order', () => {
  const fields = '... on Order { payments { status } balance { amount currency } }';

  test('has its payments, oldest first, and captured minus refunded as its balance', async () => {
    const { attempt } = await paid('tok_decline');
    const second = { ...anAttempt(), orderId: attempt.orderId };
    await paid('tok_approve', second);
    const references = [order(attempt.orderId)];
    expect((await entities(as(ada), fields, references)).data._entities).toEqual([
      { payments: [{ status: 'DECLINED' }, { status: 'CAPTURED' }], balance: money(5_000, 'EUR') },
    ]);
    await kit.app.commands.cancelPayment(cancelMessage(second));
    expect((await entities(staff, fields, references)).data._entities).toEqual([
      { payments: [{ status: 'DECLINED' }, { status: 'REFUNDED' }], balance: money(0, 'EUR') },
    ]);
  });

  test('of another customer looks like an unknown one', async () => {
    const { attempt } = await paid();
    const { data } = await entities(as(eve), fields, [order(attempt.orderId), order(newId('Order'))]);
    expect(data._entities).toEqual([
      { payments: [], balance: null },
      { payments: [], balance: null },
    ]);
    const asGuest = await entities(guest, fields, [order(attempt.orderId)]);
    expect(asGuest.data._entities).toEqual([{ payments: null, balance: null }]);
    expect(asGuest.codes).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });
});

describe('confirmPayment', () => {
  const mutation = `mutation ($key: String!, $input: ConfirmPaymentInput!) { confirmPayment(idempotencyKey: $key, input: $input) {
    __typename
    ... on ConfirmPaymentSuccess { payment { id status } }
    ... on Failure { message }
    ... on PaymentNotConfirmable { payment { id status } }
  } }`;
  const confirm = (viewer: Viewer, paymentId: string, code = 'approve', key: string = crypto.randomUUID()) =>
    kit.ask(viewer, mutation, { key, input: { paymentId, code } });

  test('completes the step, repeats its answer, and then has nothing to confirm', async () => {
    const { id } = await paid('tok_action_required');
    const success = {
      data: { confirmPayment: { __typename: 'ConfirmPaymentSuccess', payment: { id, status: 'AUTHORIZED' } } },
    };
    expect(await confirm(as(ada), id, 'approve', 'key 1')).toEqual(success);
    expect(await confirm(as(ada), id, 'approve', 'key 1')).toEqual(success);
    expect((await confirm(as(ada), id, 'else', 'key 1')).data.confirmPayment.__typename).toBe('IdempotencyConflict');
    expect((await confirm(as(ada), id, 'approve', 'key 2')).data.confirmPayment).toEqual({
      ...{ __typename: 'PaymentNotConfirmable', message: expect.stringMatching(/.+\.$/) },
      payment: { id, status: 'AUTHORIZED' },
    });
  });

  test('is for the customer only: not for guests, other customers or staff', async () => {
    const { id } = await paid('tok_action_required');
    expect((await confirm(guest, id)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await confirm(as(eve), id)).codes).toEqual(['NOT_FOUND']);
    expect((await confirm(staff, id)).codes).toEqual(['NOT_FOUND']);
    expect((await confirm(as(ada), newId('Payment'))).codes).toEqual(['NOT_FOUND']);
    expect((await confirm(as(ada), 'no id')).codes).toEqual(['NOT_FOUND']);
  });

  test('a code or a key that looks like a card number is refused, and not repeated', async () => {
    const { attempt, id } = await paid('tok_action_required');
    for (const answer of [
      await confirm(as(ada), id, '4242 4242 4242 4242'),
      await confirm(as(ada), id, 'approve', '4242-4242-4242-4242'),
    ]) {
      expect(answer.codes).toEqual(['CARD_NUMBER']);
      expect(JSON.stringify(answer)).not.toContain('4242');
    }
    expect(await kit.payment(attempt)).toMatchObject({ status: 'ACTION_REQUIRED' });
  });

  test.each([
    ['an empty code', { code: '' }],
    ['a code of 101 characters', { code: 'c'.repeat(101) }],
    ['a code with a line break', { code: 'a\nb' }],
    ['an empty key', { key: '' }],
    ['a key of 101 characters', { key: 'k'.repeat(101) }],
    ['a key with a null character', { key: '\u0000' }],
  ])('%s is the fault of the caller, and changes nothing', async (_, fault) => {
    const { attempt, id } = await paid('tok_action_required');
    const { code, key } = { code: 'approve', key: crypto.randomUUID(), ...fault };
    expect((await confirm(as(ada), id, code, key)).codes).toEqual(['BAD_USER_INPUT']);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'ACTION_REQUIRED' });
  });
});

describe('disputes', () => {
  const listing = `query ($state: DisputeState, $first: Int, $after: String) {
    disputes(state: $state, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
      edges { node { id state reason amount { amount currency } respondBy openedAt payment { id status } } } } }`;
  const disputed = async () => {
    const { attempt, id, reference } = await paid('tok_dispute');
    await kit.app.commands.capturePayment(captureMessage(attempt));
    await kit.receive(attempt, { type: 'charge.dispute.created' });
    return { attempt, id, reference };
  };
  const closeAtProvider = async ({ reference }: { readonly reference: string | null }) => {
    const { url, secretKey } = kit.simulator.client;
    const { rows } = await kit.simulator.memory.query('SELECT id FROM dispute WHERE payment_intent = $1', [reference]);
    const path = `/v1/test_helpers/disputes/${rows[0]?.id}/close`;
    const [headers, body] = [{ authorization: `Bearer ${secretKey}` }, new URLSearchParams({ status: 'lost' })];
    expect((await fetch(new URL(path, url), { method: 'POST', headers, body })).status).toBe(200);
  };
  const list = async (variables: object = {}) => {
    const { data, codes } = await kit.ask(staff, listing, { ...variables });
    expect(codes).toBeUndefined();
    return data.disputes;
  };
  const payments = ({ edges }: { edges: readonly { node: { payment: { id: string } } }[] }) =>
    edges.map(({ node }) => node.payment.id);

  test('are listed newest first, by state, in pages, each with its payment', async () => {
    expect((await list()).edges).toEqual([]);
    const [first, second, third] = [await disputed(), await disputed(), await disputed()];
    await closeAtProvider(second);
    await kit.receive(second.attempt, { type: 'charge.dispute.closed' });
    const page = await list({ first: 2 });
    expect(payments(page)).toEqual([third.id, second.id]);
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect(payments(await list({ after: page.pageInfo.endCursor }))).toEqual([first.id]);
    expect(payments(await list({ state: 'OPEN' }))).toEqual([third.id, first.id]);
    expect(payments(await list({ state: 'WON' }))).toEqual([]);
    const { edges } = await list({ state: 'LOST' });
    expect(edges).toMatchObject([
      {
        node: {
          ...{ state: 'LOST', reason: 'fraudulent', amount: money(5_000, 'EUR'), respondBy: expect.any(String) },
          payment: { id: second.id, status: 'CAPTURED' },
        },
      },
    ]);
  });

  test('are for staff, and a cursor of another list is none', async () => {
    expect((await kit.ask(as(ada), listing)).codes).toEqual(['FORBIDDEN']);
    expect((await kit.ask(guest, listing)).codes).toEqual(['UNAUTHENTICATED']);
    const after = Buffer.from(JSON.stringify([newId('Payment')])).toString('base64url');
    expect((await kit.ask(staff, listing, { after })).codes).toEqual(['BAD_USER_INPUT']);
  });
});
