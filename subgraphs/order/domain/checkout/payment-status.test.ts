import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { anOrder, aReply, changed, later, sent, totals } from '#kit/order/builders.ts';
import { noPayment } from './payment-status.ts';

const long = later(24 * 60 * 60_000);
const timedOut = { type: 'timedOut' } as const;
const resume = { type: 'resumeRequested' } as const;

describe('the amount', () => {
  const [cent, dollars] = [money(1, 'EUR'), money(3_998, 'USD')];

  it('that is asked for is the total, to the cent, whether it is to be held or to be taken', () => {
    const total = money(3_998, 'EUR');
    const [authorize] = changed(anOrder(), aReply('stock.reserved')).messages;
    const [capture] = changed(anOrder({ status: 'COMMITTING' }), aReply('stock.committed')).messages;
    const again = changed(anOrder({ status: 'CAPTURING' }), timedOut, long).messages[0];
    for (const command of [authorize, capture, again]) expect(command?.data).toMatchObject({ amount: total });
  });

  it.each([
    [
      'AUTHORIZING',
      aReply('payment.authorized', { amount: cent }),
      '0.01 EUR was authorized, and 39.98 EUR was requested',
    ],
    ['AUTHORIZING', aReply('payment.authorized', { amount: dollars }), '39.98 USD was authorized'],
    ['AUTHORIZING', aReply('payment.authorized', { amount: money(3_999, 'EUR') }), '39.99 EUR was authorized'],
    ['CAPTURING', aReply('payment.captured', { amount: cent }), '0.01 EUR was captured, and 39.98 EUR was requested'],
    ['CAPTURING', aReply('payment.captured', { amount: dollars }), '39.98 USD was captured'],
    ['CAPTURING', aReply('payment.captured', { amount: money(7_996, 'EUR') }), '79.96 EUR was captured'],
  ] as const)('in %s stops the order when it is another one: %#', (status, reply, alarm) => {
    const before = anOrder({ status });
    const stopped = changed(before, reply);
    expect(stopped.alarm).toContain(alarm);
    expect(stopped.messages).toMatchObject([{ type: 'order.needs-attention', data: { reason: stopped.alarm } }]);
    expect(stopped.order).toMatchObject({
      status: 'NEEDS_ATTENTION',
      payment: before.payment,
      undo: ['payment', 'stock'],
      compensateTo: 'CANCELLED',
      step: { deadline: null },
      failure: { kind: 'OrderCancelled', reason: 'PAYMENT_MISMATCH' },
    });
  });

  it('that was wrong is undone once an operator has looked, whatever amount goes back then', () => {
    const stopped = changed(anOrder({ status: 'CAPTURING' }), aReply('payment.captured', { amount: cent })).order;
    const resumed = changed(stopped, resume);
    expect(sent(resumed)).toEqual(['payment.cancel']);
    const refunded = changed(resumed.order, aReply('payment.cancelled', { outcome: 'REFUNDED', refunded: cent }));
    expect(sent(refunded)).toEqual(['stock.release']);
    const over = changed(refunded.order, aReply('stock.released'));
    expect(over.order).toMatchObject({ status: 'CANCELLED', failure: { reason: 'PAYMENT_MISMATCH' } });
  });

  const paid = { payment: { ...noPayment, status: 'PAID', captured: 3_998 } } as const;
  it.each([
    ['less than was captured', { outcome: 'REFUNDED', refunded: cent }, paid],
    ['another currency', { outcome: 'REFUNDED', refunded: dollars }, paid],
    ['no amount', { outcome: 'REFUNDED', refunded: null }, paid],
    ['a hold only, though the money was captured', { outcome: 'VOIDED', refunded: null }, paid],
    ['nothing, though the money was captured', { outcome: 'NOTHING', refunded: null }, paid],
    ['less than its totals say', { outcome: 'REFUNDED', refunded: cent, totals: totals(3_998, 3_998) }, paid],
    [
      'its total, of which its totals say less',
      { outcome: 'REFUNDED', refunded: money(3_998, 'EUR'), totals: totals(3_998, 3_997) },
      paid,
    ],
    ['an amount without totals', { outcome: 'REFUNDED', refunded: money(3_998, 'EUR'), totals: null }, paid],
    ['nothing, without totals', { outcome: 'NOTHING', refunded: null, totals: null }, paid],
    ['nothing, though the money was authorized', { outcome: 'NOTHING', refunded: null }, {}],
  ] as const)(
    'that is given back calls an operator when it is %s, before the stock is released',
    (_, reply, standing) => {
      const undoing = anOrder({ status: 'COMPENSATING', ...standing });
      const stopped = changed(undoing, aReply('payment.cancelled', reply));
      expect(sent(stopped)).toEqual(['order.needs-attention']);
      expect(stopped.order).toMatchObject({
        status: 'NEEDS_ATTENTION',
        undo: ['stock'],
        payment: undoing.payment,
        failure: undoing.failure,
      });
      expect(sent(changed(stopped.order, resume))).toEqual(['stock.release']);
    },
  );

  it('of an attempt that is over is called back, whatever it is', () => {
    const late = changed(anOrder({ status: 'PAYMENT_FAILED' }), aReply('payment.captured', { amount: cent }));
    expect(sent(late)).toEqual(['payment.cancel']);
    expect(late.order.status).toBe('PAYMENT_FAILED');
  });
});
