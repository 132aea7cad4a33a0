import { describe, expect, test } from 'vitest';
import { type Money, money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { type PaymentStatus, paymentStatuses, publicStatus } from './payment-states.ts';
import { captureByStaff, voidByStaff } from './staff-requests.ts';

const now = new Date('2026-11-22T12:00:00Z');
const all = money(5_000, 'EUR');
const held = (status: PaymentStatus = 'AUTHORIZED') => aPayment({ status, authorized: 5_000, reference: 'r' });

describe('a capture', () => {
  const capture = (payment = held(), amount: Money | undefined = undefined, isFinal = true) =>
    captureByStaff(payment, { amount, isFinal, mayBeInParts: true }, now);

  test.each([
    [undefined, all],
    [all, all],
    [money(1, 'EUR'), money(1, 'EUR')],
  ])('of %o is called for', (amount, called) => {
    for (const isFinal of [true, false])
      expect(capture(held(), amount, isFinal)).toMatchObject({
        ...{ ok: true, value: { call: { kind: 'CAPTURE', amount: called, isFinal } } },
      });
  });

  test('of what an earlier one has left is called for, and of no more', () => {
    const partly = { ...held(), captured: 2_000 };
    expect(capture(partly)).toMatchObject({ ok: true, value: { call: { amount: money(3_000, 'EUR') } } });
    expect(capture(partly, money(3_001, 'EUR'))).toMatchObject({
      ok: false,
      failure: { expected: money(3_000, 'EUR') },
    });
  });

  test.each([money(5_001, 'EUR'), money(5_000, 'USD'), money(0, 'EUR')])('of %o fails', (amount) => {
    expect(capture(held(), amount)).toEqual({
      ok: false,
      failure: {
        kind: 'WrongAmount',
        message: 'Enter an amount of more than zero and at most 50.00 EUR.',
        expected: all,
      },
    });
  });

  test.each(paymentStatuses.filter((status) => status !== 'AUTHORIZED'))('of one that is %s fails', (status) => {
    const [from, to] = [publicStatus[status], 'CAPTURED'];
    expect(capture(held(status), all)).toEqual({
      ok: false,
      failure: { kind: 'InvalidPaymentState', message: `A payment in ${from} cannot become ${to}.`, from, to },
    });
  });
});

test('a capture that leaves a rest fails where the provider knows none', () => {
  const asked = { amount: money(1, 'EUR'), isFinal: false, mayBeInParts: false };
  expect(captureByStaff(held(), asked, now)).toMatchObject({
    ok: false,
    failure: { kind: 'WrongAmount', expected: all },
  });
  expect(captureByStaff(held(), { ...asked, isFinal: true }, now)).toMatchObject({ ok: true });
});

test('a void of what is captured in part fails: it would give that back', () => {
  expect(voidByStaff({ ...held(), captured: 1 }, now)).toMatchObject({ ok: false, failure: { to: 'VOIDED' } });
});

describe('a void', () => {
  const voidable: readonly PaymentStatus[] = [
    ...(['AWAITING_FUNDS', 'PROCESSING', 'ACTION_REQUIRED', 'AUTHORIZED', 'CAPTURE_FAILED', 'VOID_FAILED'] as const),
  ];

  test.each(voidable)('of one that is %s is called for', (status) => {
    expect(voidByStaff(held(status), now)).toMatchObject({ ok: true, value: { call: { kind: 'VOID' } } });
  });

  test.each(paymentStatuses.filter((status) => !voidable.includes(status)))('of one that is %s fails', (status) => {
    expect(voidByStaff(held(status), now)).toMatchObject({
      ...{ ok: false, failure: { kind: 'InvalidPaymentState', from: publicStatus[status], to: 'VOIDED' } },
    });
  });
});
