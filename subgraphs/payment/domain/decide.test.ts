import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { anAttempt, aPayment } from '#kit/payment/builders.ts';
import { beginPayment, decide, isExpected } from './decide.ts';
import type { Payment } from './payment.ts';
import type { ProviderResult } from './provider-results.ts';

const now = new Date('2026-11-22T12:00:00Z');
// A lookup covers a webhook that was lost.
const soon = new Date('2026-11-22T12:00:10Z');
const beginning = {
  ...anAttempt(),
  ...{ customerId: newId('User'), amount: money(5_000, 'EUR'), provider: 'simulator', correlationId: 'a-request' },
  method: { token: 'tok_approve' },
};

describe('begin', () => {
  const id = newId('Payment');
  const { method: _, ...asked } = beginning;
  const begun = {
    ...{ ...asked, id, createdAt: now, status: 'AUTHORIZING', declineReason: null, reasonText: null },
    ...{ authorized: 0, captured: 0, refunded: 0, refunding: 0, disputed: 0, openDisputes: 0 },
    ...{ reference: null, actionUrl: null, nextCheckAt: null },
  };

  test('requests a hold from the provider', () => {
    expect(beginPayment(beginning, { id, now, withdrawn: false })).toEqual({
      ...{ payment: begun, call: { kind: 'AUTHORIZE', secret: 'tok_approve' }, lines: [], replies: [] },
    });
  });

  // An attempt that was cancelled before it arrived, and one with a method that its customer does not have.
  test.each([
    ['WITHDRAWN', 'WITHDRAWN', { withdrawn: true, method: beginning.method }],
    ['DECLINED', 'INVALID_METHOD', { withdrawn: false, method: undefined }],
    ['WITHDRAWN', 'WITHDRAWN', { withdrawn: true, method: undefined }],
  ] as const)('is %s, as %s, without a call to the provider', (status, reason, { withdrawn, method }) => {
    const refused = { status, declineReason: reason, reasonText: expect.stringMatching(/\.$/) };
    expect(beginPayment({ ...beginning, method }, { id, now, withdrawn })).toEqual({
      payment: { ...begun, ...refused },
      lines: [],
      replies: [expect.objectContaining({ type: 'payment.declined', data: expect.objectContaining({ reason }) })],
    });
  });
});

describe('an answer of the provider', () => {
  const held = { authorized: 5_000, reference: 'r' };
  const euros = (amount: number) => money(amount, 'EUR');

  // Before, the answer, and all that it changes; nothing is held or taken by these.
  test.each<[string, Partial<Payment>, ProviderResult, Partial<Payment>]>([
    [
      'that declines keeps why, and what the provider calls the payment',
      {},
      { kind: 'declined', reference: 'r', reason: 'EXPIRED_CARD', message: 'No.' },
      { status: 'DECLINED', reference: 'r', declineReason: 'EXPIRED_CARD', reasonText: 'No.' },
    ],
    [
      'that declines without a name leaves the one that is known',
      { status: 'CONFIRMING', reference: 'r' },
      { kind: 'declined', reference: null, reason: 'CARD_DECLINED', message: 'No.' },
      { status: 'DECLINED', declineReason: 'CARD_DECLINED', reasonText: 'No.' },
    ],
    [
      'that asks for an extra step says where',
      {},
      { kind: 'actionRequired', reference: 'r', actionUrl: 'https://bank.example' },
      { status: 'ACTION_REQUIRED', reference: 'r', actionUrl: 'https://bank.example', nextCheckAt: soon },
    ],
    [
      'after the extra step forgets where it was',
      { status: 'ACTION_REQUIRED', reference: 'r', actionUrl: 'https://bank.example' },
      { kind: 'processing', reference: 'r' },
      { status: 'PROCESSING', actionUrl: null, nextCheckAt: soon },
    ],
    [
      'that waits for staff is not looked up',
      {},
      { kind: 'awaitingFunds', reference: 'r' },
      { status: 'AWAITING_FUNDS', reference: 'r' },
    ],
    [
      'that refuses a capture keeps why',
      { status: 'CAPTURING', ...held },
      { kind: 'captureRefused', reason: 'No.' },
      { status: 'CAPTURE_FAILED', reasonText: 'No.' },
    ],
    [
      'that refuses a void keeps why',
      { status: 'VOIDING', ...held },
      { kind: 'voidRefused', reason: 'No.', held: euros(5_000) },
      { status: 'VOID_FAILED', reasonText: 'No.' },
    ],
    [
      'that refuses a refund keeps why',
      { status: 'REFUNDING', ...held, captured: 5_000 },
      { kind: 'refundRefused', reason: 'No.' },
      { status: 'REFUND_FAILED', reasonText: 'No.' },
    ],
  ])('%s', (_, before, answer, changes) => {
    const payment = aPayment(before);
    const decided = decide(payment, answer, now);
    expect(decided.payment).toEqual({ ...payment, ...changes });
    expect([decided.lines, decided.call]).toEqual([[], undefined]);
  });

  test('that refuses a void may be the first to tell of the hold', () => {
    const refused = { kind: 'voidRefused', reason: 'No.', held: euros(5_000) } as const;
    const { payment, lines } = decide(aPayment({ status: 'VOIDING', reference: 'r' }), refused, now);
    expect(payment).toMatchObject({ status: 'VOID_FAILED', authorized: 5_000 });
    expect(lines).toEqual([{ kind: 'AUTHORIZATION', amount: euros(5_000) }]);
  });

  test('that approves is booked and told', () => {
    const decided = decide(aPayment(), { kind: 'approved', reference: 'r', held: euros(5_000) }, now);
    expect(decided.payment).toMatchObject({ status: 'AUTHORIZED', reference: 'r', authorized: 5_000 });
    expect(decided.lines).toEqual([{ kind: 'AUTHORIZATION', amount: euros(5_000) }]);
    expect(decided.replies).toMatchObject([{ type: 'payment.authorized' }]);
  });

  test('a code that confirms goes to the provider, and to nobody else', () => {
    const waiting = aPayment({ status: 'ACTION_REQUIRED', reference: 'r' });
    expect(decide(waiting, { kind: 'confirm', code: 'c' }, now)).toMatchObject({
      ...{ payment: { status: 'CONFIRMING' }, call: { kind: 'CONFIRM', secret: 'c' }, lines: [], replies: [] },
    });
    expect(decide(waiting, { kind: 'cancel' }, now).call).toStrictEqual({ kind: 'VOID' });
  });
});

describe('money', () => {
  test('a void that reports an unknown hold books both', () => {
    const voiding = aPayment({ status: 'VOIDING', reference: 'r' });
    const { payment, lines, replies } = decide(voiding, { kind: 'voided', released: money(5_000, 'EUR') }, now);
    expect(lines).toEqual([
      { kind: 'AUTHORIZATION', amount: money(5_000, 'EUR') },
      { kind: 'VOID', amount: money(5_000, 'EUR') },
    ]);
    expect(payment).toMatchObject({ status: 'VOIDED', authorized: 5_000 });
    expect(replies).toMatchObject([{ data: { outcome: 'VOIDED', refunded: null } }]);
  });

  test('a void of nothing books nothing and is reported as NOTHING', () => {
    const voiding = aPayment({ status: 'VOIDING', reference: 'r' });
    const { lines, replies } = decide(voiding, { kind: 'voided', released: null }, now);
    expect(lines).toEqual([]);
    expect(replies).toMatchObject([{ type: 'payment.cancelled', data: { outcome: 'NOTHING' } }]);
  });

  test.each([
    [0, undefined, 'VOID 5000', 'VOIDED'],
    [0, true, 'EXPIRY 5000', 'VOIDED'],
    [2_000, true, 'EXPIRY 3000', 'REFUNDING'],
    [5_000, true, undefined, 'REFUNDING'],
  ])(
    'a void, of a hold of which %i is captured, that finds it gone (expired: %s) books its end',
    (captured, hasExpired, line, status) => {
      const voiding = aPayment({ status: 'VOIDING', authorized: 5_000, captured, reference: 'r' });
      const { payment, lines } = decide(
        voiding,
        { kind: 'voided', released: null, ...(hasExpired && { hasExpired }) },
        now,
      );
      expect(lines.map(({ kind, amount }) => `${kind} ${amount.amount}`)).toEqual(line ? [line] : []);
      expect(payment.status).toBe(status);
    },
  );

  test('a cancelled capture is refunded in full', () => {
    const taken = { authorized: 5_000, captured: 4_000, reference: 'r' };
    const { call } = decide(aPayment({ status: 'CAPTURED', ...taken }), { kind: 'cancel' }, now);
    expect(call).toEqual({ kind: 'REFUND', amount: money(4_000, 'EUR') });
    const refunding = aPayment({ status: 'REFUNDING', ...taken });
    const { payment, replies } = decide(refunding, { kind: 'refunded', amount: money(4_000, 'EUR') }, now);
    expect(payment.refunded).toBe(4_000);
    expect(replies).toMatchObject([{ data: { outcome: 'REFUNDED', refunded: money(4_000, 'EUR') } }]);
  });
});

describe('waiting for an outside event', () => {
  const processing = { kind: 'processing', reference: 'r' } as const;

  test('ends in a check when no event arrives', () => {
    const { payment } = decide(aPayment(), processing, now);
    expect(payment).toMatchObject({ status: 'PROCESSING', nextCheckAt: new Date('2026-11-22T12:00:10Z') });
  });

  test('ends at once when the webhook was faster than the answer', () => {
    const { payment } = decide(aPayment({ nextCheckAt: now }), processing, now);
    expect(payment.nextCheckAt).toEqual(now);
  });

  test('leaves no scheduled check behind', () => {
    const waiting = aPayment({ status: 'PROCESSING', reference: 'r', nextCheckAt: now });
    const { payment } = decide(waiting, { kind: 'approved', reference: 'r', held: money(5_000, 'EUR') }, now);
    expect(payment).toMatchObject({ status: 'AUTHORIZED', nextCheckAt: null });
  });
});

test('an unexpected result is a bug and is not ignored', () => {
  const declined = aPayment({ status: 'DECLINED', declineReason: 'CARD_DECLINED' });
  expect(isExpected(declined, 'captured')).toBe(false);
  expect(() => decide(declined, { kind: 'captured', amount: money(1, 'EUR'), held: money(0, 'EUR') }, now)).toThrow(
    'unexpected captured',
  );
});
