import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Currency, money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import type { Dispute } from './dispute.ts';
import { type Observed, observe, type Recorded, whenToObserve } from './observe.ts';
import type { Payment } from './payment.ts';
import { isWaiting, paymentStatuses } from './payment-states.ts';
import type { ProviderDispute, ProviderRefund, ProviderState } from './provider-results.ts';

const euros = (amount: number) => money(amount, 'EUR');
const now = new Date('2026-11-22T12:00:00Z');
const context = { now, newRefundId: () => newId('Refund'), newDisputeId: () => newId('Dispute') };
const captured = aPayment({ status: 'CAPTURED', authorized: 5_000, captured: 5_000, reference: 'pi_1' });
const nothing: Recorded = { refunds: [], disputes: [] };

const aState = (changes: Partial<ProviderState> = {}): ProviderState => ({
  ...{ reference: 'pi_1', attemptId: null, createdAt: now, amount: euros(5_000), orderId: null, end: null },
  ...{ held: euros(0), captured: euros(5_000), refunds: [], disputes: [] },
  authorization: { kind: 'approved', reference: 'pi_1', held: euros(5_000) },
  ...changes,
});
const aRefund = (changes: Partial<ProviderRefund> = {}): ProviderRefund => ({
  ...{ reference: 're_1', operationKey: null, amount: euros(1_000), state: 'SUCCEEDED' },
  ...changes,
});
const aDispute = (changes: Partial<ProviderDispute> = {}): ProviderDispute => ({
  ...{ reference: 'du_1', amount: euros(1_000), state: 'OPEN', reason: 'fraudulent', respondBy: now },
  ...changes,
});
const linesOf = ({ lines }: Pick<Observed, 'lines'>) => lines.map(({ kind, amount }) => `${kind} ${amount.amount}`);
const repliesOf = ({ replies }: Observed) => replies.map(({ type }) => type);

test.each(paymentStatuses)('%s is observed when nothing of ours is under way and money of it can move', (status) => {
  const when = whenToObserve(aPayment({ status }));
  const ended = ['DECLINED', 'WITHDRAWN', 'VOIDED'].includes(status);
  const isBusy = status.endsWith('ING') && !isWaiting(status);
  expect(when).toBe(ended || isWaiting(status) ? 'never' : isBusy ? 'later' : 'now');
});

describe('a hold that expired', () => {
  test.each(['AUTHORIZED', 'CAPTURE_FAILED', 'VOID_FAILED'] as const)('ends a payment that is %s', (status) => {
    const held = aPayment({ status, authorized: 5_000, nextCheckAt: now });
    const seen = observe(held, aState({ end: 'EXPIRED', captured: euros(0) }), nothing, context);
    expect(seen.payment).toMatchObject({ status: 'VOIDED', nextCheckAt: null });
    expect(linesOf(seen)).toEqual(['EXPIRY 5000']);
    expect(repliesOf(seen)).toEqual(['payment.cancelled']);
  });

  test.each(['CAPTURED', 'REFUNDED', 'REFUND_FAILED'] as const)('is no news of a payment that is %s', (status) => {
    const before = { ...captured, status };
    expect(observe(before, aState({ end: 'EXPIRED' }), nothing, context)).toMatchObject({
      ...{ payment: before, lines: [], replies: [] },
    });
  });

  test('a hold that is there stays', () => {
    const held = aPayment({ status: 'AUTHORIZED', authorized: 5_000 });
    expect(observe(held, aState({ captured: euros(0) }), nothing, context).payment).toBe(held);
  });
});

describe('a capture by hand', () => {
  const held = aPayment({ status: 'AUTHORIZED', authorized: 5_000 });
  const partly = { ...held, captured: 2_000 };
  test.each([
    ['of everything', held, { captured: 5_000, held: 0 }, 'CAPTURED', ['CAPTURE 5000'], true],
    ['of less', held, { captured: 3_000, held: 0 }, 'CAPTURED', ['CAPTURE 3000', 'VOID 2000'], true],
    ['of a part', held, { captured: 3_000, held: 2_000 }, 'AUTHORIZED', ['CAPTURE 3000'], false],
    ['of another part', partly, { captured: 3_000, held: 2_000 }, 'AUTHORIZED', ['CAPTURE 1000'], false],
    [
      'of nothing more, which lets go of the rest',
      partly,
      { captured: 2_000, held: 0 },
      'CAPTURED',
      ['VOID 3000'],
      true,
    ],
  ] as const)('%s', (_, before, { captured: taken, held: left }, status, lines, isFinal) => {
    const seen = observe(before, aState({ captured: euros(taken), held: euros(left) }), nothing, context);
    expect(seen.payment).toMatchObject({ status, captured: taken });
    expect(linesOf(seen)).toEqual(lines);
    expect(seen.replies).toMatchObject([{ type: 'payment.captured', data: { amount: euros(taken), isFinal } }]);
  });

  test('is told apart from the one before it', () => {
    const first = observe(held, aState({ captured: euros(2_000), held: euros(3_000) }), nothing, context);
    const second = observe(first.payment, aState({ captured: euros(2_500), held: euros(2_500) }), nothing, context);
    expect(first.lines[0]?.movedBy).not.toBe(second.lines[0]?.movedBy);
  });

  test('of more than is held is a fault, and nothing is booked', () => {
    const seen = observe(held, aState({ captured: euros(5_001), held: euros(0) }), nothing, context);
    expect(seen).toMatchObject({
      payment: held,
      lines: [],
      faults: [expect.stringContaining('a capture of 50.01 EUR')],
    });
  });

  test('that changes nothing is no news', () => {
    expect(observe(partly, aState({ captured: euros(2_000), held: euros(3_000) }), nothing, context).lines).toEqual([]);
  });
});

test('a void by hand ends the payment', () => {
  const held = aPayment({ status: 'AUTHORIZED', authorized: 5_000 });
  const seen = observe(held, aState({ end: 'CANCELLED', captured: euros(0) }), nothing, context);
  expect(seen.payment.status).toBe('VOIDED');
  expect([linesOf(seen), repliesOf(seen)]).toEqual([['VOID 5000'], ['payment.cancelled']]);
});

describe('what cannot be is reported and not booked', () => {
  test.each([
    ['a refund of more than is left', { refunds: [aRefund({ amount: euros(4_001) })] }],
    ['a refund of nothing', { refunds: [aRefund({ amount: euros(0) })] }],
    ['a refund in another currency', { refunds: [aRefund({ amount: money(1_000, 'USD' as Currency) })] }],
    ['a dispute of more than was captured', { disputes: [aDispute({ amount: euros(4_501) })] }],
    ['a dispute in another currency', { disputes: [aDispute({ amount: money(1_000, 'USD' as Currency) })] }],
  ])('%s', (what, state) => {
    const before = { ...captured, refunded: 500, refunding: 500, disputed: 500 };
    const seen = observe(before, aState(state), nothing, context);
    expect(seen).toMatchObject({ payment: before, lines: [], replies: [], refunds: [], disputes: [] });
    expect(seen.faults).toEqual([
      expect.stringMatching(
        what.startsWith('a refund')
          ? /^a refund of .* is reported, but at most .* can be$/
          : /^a dispute of .* is reported, but at most .* can be$/,
      ),
    ]);
  });
});

test.each(['PENDING', 'FAILED'] as const)('a refund by hand that is %s moves nothing', (state) => {
  expect(observe(captured, aState({ refunds: [aRefund({ state })] }), nothing, context).lines).toEqual([]);
});

test('a refund by hand of all that is left does what a refused cancel could not', () => {
  const failed: Payment = { ...captured, status: 'REFUND_FAILED', refunded: 1_000 };
  const seen = observe(failed, aState({ refunds: [aRefund({ amount: euros(4_000) })] }), nothing, context);
  expect(seen.payment).toMatchObject({ status: 'REFUNDED', refunded: 5_000 });
  expect(repliesOf(seen)).toEqual(['payment.refunded', 'payment.cancelled']);
});

test('a refund that undoes a capture is left to its operation', () => {
  const refunds = [aRefund({ operationKey: 'att_1-refund' })];
  expect(observe(captured, aState({ refunds }), nothing, context).lines).toEqual([]);
});

test('the end of a dispute is final, and its row keeps its id', () => {
  const open = observe(captured, aState({ disputes: [aDispute()] }), nothing, context);
  const [dispute] = open.disputes as [Dispute];
  const won = observe(
    open.payment,
    aState({ disputes: [aDispute({ state: 'WON' })] }),
    { ...nothing, disputes: [dispute] },
    context,
  );
  expect(won.disputes).toEqual([{ ...dispute, state: 'WON' }]);
  for (const state of ['OPEN', 'LOST', 'WON'] as const) {
    const known = { ...nothing, disputes: won.disputes };
    expect(observe(won.payment, aState({ disputes: [aDispute({ state })] }), known, context).lines).toEqual([]);
  }
});

/** What the provider goes through, and looks at it that may be recorded late, in any order, or never. */
test('whatever looks are recorded, in whatever order: nothing is booked twice, and one more look books all there is', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('refund' as const), amount: fc.integer({ min: 1, max: 2_500 }) }),
    fc.record({ kind: fc.constant('dispute' as const), amount: fc.integer({ min: 1, max: 2_500 }) }),
    fc.record({ kind: fc.constantFrom('win', 'lose', 'failRefund'), amount: fc.nat(5) }),
    fc.record({ kind: fc.constantFrom('look', 'look', 'record', 'record'), amount: fc.nat(5) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let payment: Payment = captured;
      let known: Recorded = nothing;
      const effects: string[] = [];
      const booked: string[] = [];
      const movedBy: string[] = [];
      const refunds: ProviderRefund[] = [];
      const disputes: ProviderDispute[] = [];
      const looks: ProviderState[] = [];
      const look = () => aState({ refunds: [...refunds], disputes: [...disputes] });
      const sum = (kind: string) =>
        effects.filter((it) => it.startsWith(`${kind} `)).reduce((total, it) => total + Number(it.split(' ')[1]), 0);
      const record = (state: ProviderState) => {
        const seen = observe(payment, state, known, context);
        expect(seen.faults).toEqual([]);
        payment = seen.payment;
        booked.push(...linesOf(seen));
        movedBy.push(...seen.lines.map((line) => `${line.kind} ${line.movedBy}`));
        const merged = <T extends { readonly id: string }>(old: readonly T[], changed: readonly T[]) => [
          ...old.filter(({ id }) => !changed.some((it) => it.id === id)),
          ...changed,
        ];
        known = {
          refunds: merged(
            known.refunds,
            seen.refunds.map((refund) => ({ ...refund, operationKeys: [] })),
          ),
          disputes: merged(known.disputes, seen.disputes),
        };
        expect(payment.refunded).toBeLessThanOrEqual(payment.captured);
        expect(payment.disputed).toBeLessThanOrEqual(payment.captured);
        expect(payment.openDisputes).toBe(known.disputes.filter((it) => it.state === 'OPEN').length);
        expect(payment.status === 'REFUNDED').toBe(payment.refunded === payment.captured);
      };
      for (const { kind, amount } of steps) {
        if (kind === 'refund') {
          // Without what failed later: a refund in its place would be seen before the failure of the other by a look that is late.
          if (sum('REFUND') + amount > 5_000) continue;
          refunds.push(aRefund({ reference: `re_${refunds.length}`, amount: euros(amount) }));
          effects.push(`REFUND ${amount}`);
        } else if (kind === 'dispute') {
          if (sum('DISPUTE') + amount > 5_000) continue;
          disputes.push(aDispute({ reference: `du_${disputes.length}`, amount: euros(amount) }));
          effects.push(`DISPUTE ${amount}`);
        } else if (kind === 'win' || kind === 'lose') {
          const it = disputes[amount];
          if (it?.state !== 'OPEN') continue;
          disputes[amount] = { ...it, state: kind === 'win' ? 'WON' : 'LOST' };
          if (kind === 'win') effects.push(`DISPUTE_REVERSAL ${it.amount.amount}`);
        } else if (kind === 'failRefund') {
          const it = refunds[amount];
          // One that nobody saw succeed has moved nothing for us.
          if (it?.state !== 'SUCCEEDED' || !known.refunds.some(({ reference }) => reference === it.reference)) continue;
          refunds[amount] = { ...it, state: 'FAILED' };
          effects.push(`REFUND_REVERSAL ${it.amount.amount}`);
        } else if (kind === 'look') looks.push(look());
        else for (const state of looks.splice(amount % Math.max(looks.length, 1), 1)) record(state);
      }
      record(look());
      expect(booked.toSorted()).toEqual(effects.toSorted());
      expect(new Set(movedBy).size).toBe(movedBy.length);
      expect(payment.refunded).toBe(sum('REFUND') - sum('REFUND_REVERSAL'));
      expect(payment.disputed).toBe(sum('DISPUTE') - sum('DISPUTE_REVERSAL'));
    }),
    { numRuns: 1_000 },
  );
});
