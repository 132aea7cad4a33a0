import { describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { type PaymentStatus, paymentStatuses, publicStatus } from './payment-states.ts';
import { captureByStaff, voidByStaff } from './staff-requests.ts';

const now = new Date('2026-11-22T12:00:00Z');
const all = money(5_000, 'EUR');
const held = (status: PaymentStatus = 'AUTHORIZED') => aPayment({ status, authorized: 5_000, reference: 'r' });

describe('a capture', () => {
  test.each([undefined, all])('of the whole hold is called for: %o', (amount) => {
    const requested = captureByStaff(held(), amount, now);
    expect(requested).toMatchObject({ ok: true, value: { call: { kind: 'CAPTURE', amount: all } } });
  });

  test.each([money(4_999, 'EUR'), money(5_001, 'EUR'), money(5_000, 'USD')])('of %o fails', (amount) => {
    expect(captureByStaff(held(), amount, now)).toEqual({
      ok: false,
      failure: { kind: 'WrongAmount', message: 'The amount must be 50.00 EUR.', expected: all },
    });
  });

  test.each(paymentStatuses.filter((status) => status !== 'AUTHORIZED'))('of one that is %s fails', (status) => {
    const [from, to] = [publicStatus[status], 'CAPTURED'];
    expect(captureByStaff(held(status), all, now)).toEqual({
      ok: false,
      failure: { kind: 'InvalidPaymentState', message: `A payment in ${from} cannot become ${to}.`, from, to },
    });
  });
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
