import { describe, expect, test } from 'vitest';
import { type Money, money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { contradiction } from './bookkeeping.ts';
import { decide } from './decide.ts';
import type { ProviderResult } from './provider-results.ts';

const now = new Date('2026-11-22T12:00:00Z');

describe('a result about another amount or currency than requested', () => {
  const [all, less, more, dollars] = [5_000, 4_999, 5_001].map((it) => money(it, 'EUR')).concat(money(5_000, 'USD'));
  const held = aPayment({ status: 'VOIDING', authorized: 5_000, reference: 'r' });
  const approved = (amount = all) => ({ kind: 'approved', reference: 'r', held: amount }) as ProviderResult;
  const captured = (amount = all, left = 0) =>
    ({ kind: 'captured', amount, held: money(left, 'EUR') }) as ProviderResult;
  const refunded = (amount = all) => ({ kind: 'refunded', amount }) as ProviderResult;
  const voided = (released: Money | null | undefined = all) => ({ kind: 'voided', released }) as ProviderResult;
  const voidRefused = (amount = all) => ({ kind: 'voidRefused', reason: 'No.', held: amount }) as ProviderResult;

  test.each([
    ...[approved(), captured(), refunded(), voided(), voided(null), voidRefused()],
    // Less than was asked for can be booked: the order is told how much, and stops.
    ...[approved(less), captured(less), captured(less, 1), voidRefused(less)],
    { kind: 'processing', reference: 'r' } as const,
  ])('is consistent: %j', (answer) => {
    expect(contradiction(held, answer, all)).toBeUndefined();
  });

  test.each([
    ...[approved(more), captured(more), refunded(more), voided(more), voidRefused(more)],
    ...[approved(dollars), captured(dollars), refunded(dollars), voided(dollars), voidRefused(dollars)],
    ...[approved(money(0, 'EUR')), captured(money(0, 'EUR')), captured(money(-1, 'EUR'))],
    ...[refunded(less), voided(less)],
  ])('contradicts the request and cannot be booked: %j', (answer) => {
    expect(contradiction(held, answer, all)).toMatch(/^the provider reports "\w+" of -?[\d.]+ \w+, but 50.00 EUR was/);
  });

  test('of a hold that nobody knew of can be released, up to the amount of the payment', () => {
    const unknown = aPayment({ status: 'VOIDING', reference: 'r' });
    for (const released of [all, less]) expect(contradiction(unknown, voided(released))).toBeUndefined();
    expect(contradiction(unknown, voided(more))).toContain('"voided" of 50.01 EUR, but 50.00 EUR was requested');
  });

  test('is booked and reported as it is when it is less', () => {
    const { payment, lines, replies } = decide(aPayment(), approved(less), now);
    expect(payment).toMatchObject({ status: 'AUTHORIZED', authorized: 4_999 });
    expect(lines).toEqual([{ kind: 'AUTHORIZATION', amount: less }]);
    expect(replies).toMatchObject([{ type: 'payment.authorized', data: { amount: less } }]);
    const capturing = aPayment({ status: 'CAPTURING', authorized: 5_000, reference: 'r' });
    expect(decide(capturing, captured(less), now)).toMatchObject({
      payment: { status: 'CAPTURED', captured: 4_999 },
      lines: [
        { kind: 'CAPTURE', amount: less },
        { kind: 'VOID', amount: money(1, 'EUR') },
      ],
      replies: [{ data: { amount: less, isFinal: true } }],
    });
  });

  test('holds for what is still held after a capture in part, and for what is released of it', () => {
    const [part, rest] = [money(2_000, 'EUR'), money(3_000, 'EUR')];
    expect(contradiction(held, captured(part, 3_000), part)).toBeUndefined();
    expect(contradiction(held, captured(part, 3_001), part)).toContain('"held" of 30.01 EUR, but 30.00 EUR was');
    expect(contradiction(held, { ...captured(part), held: money(0, 'USD') } as ProviderResult, part)).toContain('USD');
    const partly = aPayment({ status: 'VOIDING', authorized: 5_000, captured: 2_000, reference: 'r' });
    expect(contradiction(partly, voided(rest))).toBeUndefined();
    expect(contradiction(partly, voided(all))).toContain('30.00 EUR was requested');
    expect(contradiction(partly, captured(part, 1_001), part)).toContain('10.00 EUR was');
  });
});
