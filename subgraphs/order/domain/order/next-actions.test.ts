import { describe, expect, it } from 'vitest';
import { anOrder, later } from '#kit/order/builders.ts';
import { noPayment } from '../checkout/payment-status.ts';
import { type OrderStatus, orderStatuses } from '../checkout/steps.ts';
import { fulfilmentOf, isAtRest, isFinal, nextActions, type OrderAction } from './next-actions.ts';

const itsCustomer = { isStaff: false, isCustomer: true };
const staff = { isStaff: true, isCustomer: false };
const actions = (status: OrderStatus, actor = itsCustomer, now = later(0)) =>
  nextActions(anOrder({ status }), actor, now);

const customersTurn = [
  ['ACTION_REQUIRED', 'CONFIRM_PAYMENT'],
  ['AWAITING_FUNDS', 'PAY_OFFLINE'],
] as const;

describe('what can be done with an order', () => {
  const expected: Record<OrderStatus, OrderAction[]> = {
    PLACED: ['CANCEL'],
    AUTHORIZING: ['CANCEL'],
    COMMITTING: ['CANCEL'],
    CAPTURING: ['CANCEL'],
    CONFIRMED: ['CANCEL'],
    REJECTED: [],
    PAYMENT_FAILED: ['PAY', 'CANCEL'],
    COMPENSATING: [],
    CANCELLED: [],
    NEEDS_ATTENTION: [],
  };

  it.each(orderStatuses)('in %s is what the table has room for', (status) => {
    expect(actions(status)).toEqual(expected[status]);
    const forStaff = expected[status].filter((action) => action !== 'PAY');
    expect(actions(status, staff)).toEqual(status === 'NEEDS_ATTENTION' ? ['RESUME'] : forStaff);
  });

  it('no longer includes paying once the order has expired', () => {
    const { expiresAt } = anOrder({ status: 'PAYMENT_FAILED' });
    expect(actions('PAYMENT_FAILED', itsCustomer, expiresAt)).toEqual(['CANCEL']);
  });

  it.each(customersTurn)('in %s includes %s only while that is awaited, and only for its customer', (of, action) => {
    const payment = { ...noPayment, status: of };
    const inStatus = (status: OrderStatus, actor = itsCustomer) =>
      nextActions(anOrder({ status, payment }), actor, later(0));
    expect(inStatus('AUTHORIZING')).toEqual([action, 'CANCEL']);
    expect(inStatus('AUTHORIZING', staff)).toEqual(['CANCEL']);
    expect(inStatus('COMPENSATING')).toEqual([]);
  });
});

describe('an order is final', () => {
  it('where neither a reply nor a time-out can change it any more', () => {
    const final = orderStatuses.filter((status) => isFinal(anOrder({ status })));
    expect(final).toEqual(['CONFIRMED', 'REJECTED', 'CANCELLED']);
  });
});

describe('an order is at rest', () => {
  it('where nothing moves by itself', () => {
    const resting = orderStatuses.filter((status) => isAtRest(anOrder({ status })));
    expect(resting).toEqual(['CONFIRMED', 'REJECTED', 'PAYMENT_FAILED', 'CANCELLED', 'NEEDS_ATTENTION']);
  });

  it.each(customersTurn)("when it is the customer's turn: %s", (of) => {
    expect(isAtRest(anOrder({ status: 'AUTHORIZING', payment: { ...noPayment, status: of } }))).toBe(true);
  });
});

describe('the goods', () => {
  it('will not be sent once the order is being undone', () => {
    expect(orderStatuses.filter((status) => fulfilmentOf(status) === 'CANCELLED')).toEqual([
      'REJECTED',
      'COMPENSATING',
      'CANCELLED',
      'NEEDS_ATTENTION',
    ]);
  });
});
