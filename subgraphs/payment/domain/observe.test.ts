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
import type { Refund } from './refund.ts';

const euros = (amount: number) => money(amount, 'EUR');
const now = new Date('2026-11-22T12:00:00Z');
const context = { now, newRefundId: () => newId('Refund'), newDisputeId: () => newId('Dispute') };
const captured = aPayment({ status: 'CAPTURED', authorized: 5_000, captured: 5_000, reference: 'pi_1' });
const nothing: Recorded = { refunds: [], disputes: [], undoings: [] };

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

describe('a refund that is recorded', () => {
  const recorded = (state: Refund['state'], operationKeys: readonly string[] = []) => ({
    ...nothing,
    refunds: [
      {
        ...{ id: newId('Refund'), paymentId: captured.id, amount: euros(1_000), state, requestedBy: 'ORDER' as const },
        ...{ reason: 'returned', failure: null, reference: 're_1', requestedAt: now, operationKeys },
      },
    ],
  });
  const refunds = [aRefund({ state: 'FAILED' })];

  test.each(['REQUESTED', 'FAILED'] as const)('as %s is left to its call when it fails', (state) => {
    const seen = observe(captured, aState({ refunds }), recorded(state), context);
    expect(seen).toMatchObject({ payment: captured, lines: [], replies: [], refunds: [] });
  });

  test.each([
    ['by its reference', { reference: 're_1', operationKey: null }, []],
    [
      'by a key of its call',
      { reference: 're_other', operationKey: 'att_1-refund~2' },
      ['att_1-refund-2', 'att_1-refund'],
    ],
  ])('is known %s, and once it stands it is no news', (_, seen, keys) => {
    const known = recorded('SUCCEEDED', keys);
    expect(observe(captured, aState({ refunds: [aRefund(seen)] }), known, context).lines).toEqual([]);
    const failed = observe(captured, aState({ refunds: [aRefund({ ...seen, state: 'FAILED' })] }), known, context);
    expect(linesOf(failed)).toEqual(['REFUND_REVERSAL 1000']);
  });

  test.each([
    ['REFUNDED', 'CAPTURED'],
    ['CAPTURED', 'CAPTURED'],
    ['REFUND_FAILED', 'REFUND_FAILED'],
  ] as const)('and fails later is taken back, told, and leaves a payment that was %s %s', (status, after) => {
    const before: Payment = { ...captured, status, refunded: 1_500 };
    const known = recorded('SUCCEEDED');
    const seen = observe(before, aState({ refunds }), known, context);
    expect(seen.payment).toEqual({ ...before, status: after, refunded: 500 });
    expect(seen.lines).toEqual([{ kind: 'REFUND_REVERSAL', amount: euros(1_000), movedBy: 're_1' }]);
    const [{ operationKeys: _, ...refund }] = known.refunds as [Recorded['refunds'][number]];
    const failure = 'It failed after it had succeeded.';
    expect(seen.refunds).toEqual([{ ...refund, state: 'FAILED', failure }]);
    expect(seen.replies).toMatchObject([
      { type: 'payment.refund-failed', data: { refundId: refund.id, amount: euros(1_000), reason: failure } },
    ]);
  });
});

test.each([
  ['CAPTURED', 1_000, 'CAPTURED', ['payment.refunded']],
  ['CAPTURED', 5_000, 'REFUNDED', ['payment.refunded']],
  ['REFUND_FAILED', 1_000, 'REFUND_FAILED', ['payment.refunded']],
  ['REFUND_FAILED', 5_000, 'REFUNDED', ['payment.refunded', 'payment.cancelled']],
] as const)('a refund by hand, of a payment that is %s, of %i of 5000', (status, amount, after, replies) => {
  const before: Payment = { ...captured, status };
  const seen = observe(before, aState({ refunds: [aRefund({ amount: euros(amount) })] }), nothing, context);
  expect(seen.payment).toEqual({ ...before, status: after, refunded: amount });
  expect(repliesOf(seen)).toEqual(replies);
  expect(seen.refunds).toEqual([
    {
      ...{ id: expect.any(String), paymentId: captured.id, amount: euros(amount), state: 'SUCCEEDED', failure: null },
      ...{ requestedBy: 'PROVIDER', reason: expect.any(String), reference: 're_1', requestedAt: now },
    },
  ]);
});

describe('a dispute', () => {
  test.each([
    ['OPEN', ['DISPUTE 1000'], { disputed: 1_000, openDisputes: 1 }, ['OPENED']],
    ['LOST', ['DISPUTE 1000'], { disputed: 1_000, openDisputes: 0 }, ['OPENED', 'LOST']],
    ['WON', ['DISPUTE 1000', 'DISPUTE_REVERSAL 1000'], { disputed: 0, openDisputes: 0 }, ['OPENED', 'WON']],
  ] as const)('that is %s when it is first seen is booked and told from its beginning', (state, lines, after, told) => {
    const seen = observe(captured, aState({ disputes: [aDispute({ state })] }), nothing, context);
    expect(linesOf(seen)).toEqual(lines);
    expect(seen.payment).toEqual({ ...captured, ...after });
    expect(seen.replies).toMatchObject(told.map((it) => ({ type: 'payment.disputed', data: { state: it } })));
    expect(seen.disputes).toEqual([
      {
        ...{ id: expect.any(String), paymentId: captured.id, reference: 'du_1', amount: euros(1_000), state },
        ...{ reason: 'fraudulent', respondBy: now, openedAt: now },
      },
    ]);
  });
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
  const known = { ...nothing, undoings: [{ key: 'att_1-refund', amount: euros(1_000) }] };
  expect(observe(captured, aState({ refunds }), known, context).lines).toEqual([]);
});

test.each([
  ['that failed after it had succeeded is given back, once', 'FAILED', ['REFUND_REVERSAL 4000'], 'CAPTURED', 1_000],
  ['that stands is left to its operation', 'SUCCEEDED', [], 'REFUNDED', 5_000],
] as const)('the refund of a cancel %s', (_, state, lines, status, left) => {
  const before: Payment = { ...captured, status: 'REFUNDED', refunded: 5_000 };
  const undoings = [
    { key: 'att_1-refund-2', amount: euros(1) },
    { key: 'att_1-refund', amount: euros(4_000) },
  ];
  const known = { ...nothing, undoings };
  const refunds = [aRefund({ operationKey: 'att_1-refund~2', state, amount: euros(4_000) })];
  const seen = observe(before, aState({ refunds }), known, context);
  expect(linesOf(seen)).toEqual(lines);
  expect(seen.payment).toMatchObject({ status, refunded: left });
  expect(repliesOf(seen)).toEqual(state === 'FAILED' ? ['payment.refund-failed'] : []);
  const undone = { requestedBy: 'ORDER', reason: 'The order was cancelled.', state: 'FAILED', amount: euros(4_000) };
  expect(seen.refunds).toMatchObject(
    state === 'FAILED' ? [{ ...undone, paymentId: before.id, reference: 're_1' }] : [],
  );
  const again = { ...known, refunds: seen.refunds.map((refund) => ({ ...refund, operationKeys: [] })) };
  expect(linesOf(observe(seen.payment, aState({ refunds }), again, context))).toEqual([]);
});

test('a refund by hand of what banks have left does what a refused cancel could not', () => {
  const failed: Payment = { ...captured, status: 'REFUND_FAILED', disputed: 1_000 };
  const refundOf = (amount: number) =>
    observe(failed, aState({ refunds: [aRefund({ amount: euros(amount) })] }), nothing, context);
  expect(refundOf(3_999).payment).toMatchObject({ status: 'REFUND_FAILED' });
  expect(refundOf(4_000).payment).toMatchObject({ status: 'REFUNDED', refunded: 4_000 });
  expect(repliesOf(refundOf(4_000))).toEqual(['payment.refunded', 'payment.cancelled']);
});

test.each([
  ['WON', 'REFUNDED', 4_000, 'CAPTURED'],
  ['LOST', 'REFUNDED', 4_000, 'REFUNDED'],
  ['WON', 'REFUNDED', 5_000, 'REFUNDED'],
  ['WON', 'REFUND_FAILED', 4_000, 'REFUND_FAILED'],
] as const)('a dispute that is %s, of a payment that is %s with %i refunded', (state, status, refunded, after) => {
  const before: Payment = { ...captured, status, refunded };
  const open = observe(before, aState({ disputes: [aDispute()] }), nothing, context);
  expect(open.payment.status).toBe(status);
  const known = { ...nothing, disputes: open.disputes };
  const closed = observe(open.payment, aState({ disputes: [aDispute({ state })] }), known, context);
  expect(closed.payment.status).toBe(after);
});

test('a refund of ours that older books have lost is booked like one by hand', () => {
  const seen = observe(captured, aState({ refunds: [aRefund({ operationKey: 'att-refund' })] }), nothing, context);
  expect([linesOf(seen), repliesOf(seen)]).toEqual([['REFUND 1000'], ['payment.refunded']]);
});

test('a refund of all that was captured in part leaves the payment open: the rest is held still', () => {
  const partly = aPayment({ status: 'AUTHORIZED', authorized: 5_000, captured: 2_000, reference: 'pi_1' });
  const state = aState({ captured: euros(2_000), held: euros(3_000), refunds: [aRefund({ amount: euros(2_000) })] });
  expect(observe(partly, state, nothing, context).payment).toMatchObject({ status: 'AUTHORIZED', refunded: 2_000 });
});

test('a look from before a part was captured is no news', () => {
  const partly = aPayment({ status: 'AUTHORIZED', authorized: 5_000, captured: 2_000, reference: 'pi_1' });
  const seen = observe(partly, aState({ captured: euros(0), held: euros(5_000) }), nothing, context);
  expect(seen).toMatchObject({ payment: partly, lines: [], faults: [] });
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
          ...nothing,
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
