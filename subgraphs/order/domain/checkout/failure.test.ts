import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import { aLine, anOrder, aReply, changed, later, noon } from '#kit/order/builders.ts';
import { type CancellationReason, CheckoutFailure, cancellationReasons } from '../failures.ts';
import { decide } from './decide.ts';
import { noPayment } from './payment-status.ts';
import { defaultTimings as timings } from './steps.ts';

const long = later(24 * 60 * 60_000);
const timedOut = { type: 'timedOut' } as const;

describe('a rejected order', () => {
  const rejectedBy = (data: Parameters<typeof aReply<'stock.rejected'>>[1]) =>
    CheckoutFailure.parse(changed(anOrder(), aReply('stock.rejected', data)).order.failure);
  const { variantId } = aLine();

  it('names the lines that are short', () => {
    expect(rejectedBy({})).toMatchObject({
      kind: 'InsufficientStock',
      lines: [{ variantId, sku: 'LAMP-1', requested: 2, available: 1 }],
    });
  });

  it('names the lines whose price changed, and the total of today', () => {
    const lines = [{ variantId, requested: 2, available: 9, currentPrice: money(2_500, 'EUR') }];
    expect(rejectedBy({ reason: 'PRICE_CHANGED', lines })).toMatchObject({
      kind: 'PriceChanged',
      currentTotal: money(5_000, 'EUR'),
      lines: [{ previousPrice: money(1_999, 'EUR'), currentPrice: money(2_500, 'EUR') }],
    });
  });

  it('counts a line that is now priced in another currency as not for sale', () => {
    const lines = [{ variantId, requested: 2, available: 9, currentPrice: money(2_500, 'USD') }];
    expect(rejectedBy({ reason: 'PRICE_CHANGED', lines })).toMatchObject({ kind: 'VariantUnavailable' });
  });

  it('names none but the lines concerned', () => {
    const tent = aLine({ variantId: namedId('Variant', 'tent'), sku: 'TENT-1', quantity: 1 });
    const rejected = (reason: 'PRICE_CHANGED' | 'UNAVAILABLE', currentPrice: Money | null) => {
      const lines = [{ variantId: tent.variantId, requested: 1, available: 9, currentPrice }];
      const order = anOrder({ lines: [aLine(), tent], total: money(5_997, 'EUR') });
      return changed(order, aReply('stock.rejected', { reason, lines })).order.failure;
    };
    expect(rejected('PRICE_CHANGED', money(2_500, 'EUR'))).toMatchObject({
      ...{ currentTotal: money(6_498, 'EUR') },
      lines: [{ variantId: tent.variantId, sku: 'TENT-1', currentPrice: money(2_500, 'EUR') }],
    });
    const onlyTheTent = { kind: 'VariantUnavailable', lines: [{ variantId: tent.variantId, sku: 'TENT-1' }] };
    expect(rejected('PRICE_CHANGED', money(2_500, 'USD'))).toMatchObject(onlyTheTent);
    expect(rejected('UNAVAILABLE', null)).toMatchObject(onlyTheTent);
  });

  it('names the lines that are not for sale', () => {
    const lines = [{ variantId, requested: 2, available: 0, currentPrice: null }];
    expect(rejectedBy({ reason: 'UNAVAILABLE', lines })).toMatchObject({ lines: [{ variantId, sku: 'LAMP-1' }] });
    const stranger = { ...lines[0], variantId: namedId('Variant', 'stranger'), requested: 1, available: 0 };
    expect(rejectedBy({ reason: 'UNAVAILABLE', lines: [{ ...stranger, currentPrice: null }] })).toMatchObject({
      lines: [{ variantId: stranger.variantId, sku: 'unknown' }],
    });
  });
});

describe('an order that is undone', () => {
  const waitingFor = (status: 'ACTION_REQUIRED' | 'AWAITING_FUNDS') =>
    anOrder({ status: 'AUTHORIZING', payment: { ...noPayment, status } });

  it.each([
    ['ACTION_REQUIRED', 'ACTION_TIMED_OUT'],
    ['AWAITING_FUNDS', 'FUNDS_TIMED_OUT'],
  ] as const)('was given up by the customer when the time for %s is over, and by staff before', (status, reason) => {
    const failure = CheckoutFailure.parse(changed(waitingFor(status), timedOut, long).order.failure);
    expect(failure).toMatchObject({ kind: 'OrderCancelled', reason });
    const voided = changed(waitingFor(status), aReply('payment.cancelled'));
    expect(voided.order.failure).toMatchObject({ reason: 'PAYMENT_VOIDED' });
    const other = changed(waitingFor(status), aReply('payment.authorized', { amount: money(1, 'EUR') }));
    expect(other.order.failure).toMatchObject({ reason: 'PAYMENT_MISMATCH' });
  });

  it('says why the card was declined', () => {
    const { failure } = changed(anOrder({ status: 'AUTHORIZING' }), aReply('payment.declined')).order;
    expect(CheckoutFailure.parse(failure)).toEqual({
      ...{ kind: 'PaymentDeclined', message: 'The card was declined.', reason: 'CARD_DECLINED' },
    });
  });
});

describe('the cart gets its lines back', () => {
  const reasonOf = (reason: CancellationReason) =>
    ({ kind: 'OrderCancelled', message: '…', reason }) satisfies CheckoutFailure;
  const lastUndo = (reason: CancellationReason) =>
    changed(anOrder({ status: 'COMPENSATING', undo: ['stock'], failure: reasonOf(reason) }), aReply('stock.released'));

  it('from an order that is rejected', () => {
    for (const reason of ['INSUFFICIENT_STOCK', 'PRICE_CHANGED', 'UNAVAILABLE', 'WITHDRAWN'] as const)
      expect(changed(anOrder(), aReply('stock.rejected', { reason })).returnedToCart).toEqual([aLine()]);
  });

  it('from one that expires', () => {
    const expired = changed(anOrder({ status: 'PAYMENT_FAILED' }), timedOut, long);
    expect(expired.returnedToCart).toEqual([aLine()]);
  });

  it.each(cancellationReasons)('or not, from one that is cancelled because of %s', (reason) => {
    expect(lastUndo(reason).returnedToCart).toEqual(reason === 'CUSTOMER' || reason === 'STAFF' ? [] : [aLine()]);
  });

  it('when it has ended, and neither before nor a second time', () => {
    const undoing = changed(anOrder(), timedOut, long);
    expect(undoing.returnedToCart).toEqual([]);
    const rejected = changed(anOrder(), aReply('stock.rejected'));
    expect(decide(timings, rejected.order, aReply('stock.rejected'), noon).kind).toBe('ignored');
    expect(changed(rejected.order, aReply('payment.captured')).returnedToCart).toEqual([]);
  });

  it('not while its payment can be tried again', () => {
    const failure = { kind: 'PaymentDeclined', message: 'No.', reason: 'CARD_DECLINED' } as const;
    const compensating = { status: 'COMPENSATING', compensateTo: 'PAYMENT_FAILED', undo: ['stock'], failure } as const;
    const failed = changed(anOrder(compensating), aReply('stock.released'));
    expect(failed.order.status).toBe('PAYMENT_FAILED');
    expect(failed.returnedToCart).toEqual([]);
    const givenUp = changed(anOrder({ status: 'PAYMENT_FAILED' }), { type: 'cancelRequested', by: 'CUSTOMER' });
    expect(givenUp.returnedToCart).toEqual([]);
  });

  it('not from one that is sold', () => {
    expect(changed(anOrder({ status: 'CAPTURING' }), aReply('payment.captured')).returnedToCart).toEqual([]);
  });
});
