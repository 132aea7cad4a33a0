/** What a payment is: one attempt of a customer to pay for an order. */
import type { AttemptId, OrderId, PaymentId, UserId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import type { DeclineReason } from './provider-results.ts';
import type { PaymentStatus } from './payment-states.ts';

/** What both sides call the attempt by; the order knows it before there is a payment. */
export interface Attempt {
  readonly attemptId: AttemptId;
  readonly orderId: OrderId;
}

export interface Payment extends Attempt {
  readonly id: PaymentId;
  readonly customerId: UserId;
  readonly status: PaymentStatus;
  /** What was asked for. All amounts below are in its currency. */
  readonly amount: Money;
  /** Minor units ever held, taken and given back: the totals of the ledger. */
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** Who moves the money. */
  readonly provider: string;
  /** The provider's own name for it, once it gave one. */
  readonly reference: string | null;
  readonly declineReason: DeclineReason | null;
  /** Why it was declined, not captured or not undone: one sentence for a person. */
  readonly reasonText: string | null;
  readonly actionUrl: string | null;
  /** When to ask the provider how it stands; null while nothing is expected of it unasked. */
  readonly nextCheckAt: Date | null;
  /** The request that began it: later work for it goes on under this name. */
  readonly correlationId: string;
  readonly createdAt: Date;
}

/** What happened to money at the provider; the ledger adds id and time. */
export interface LedgerLine {
  readonly kind: 'AUTHORIZATION' | 'VOID' | 'CAPTURE' | 'REFUND';
  readonly amount: Money;
}

export interface LedgerEntry extends LedgerLine {
  readonly paymentId: PaymentId;
  readonly at: Date;
}

/** Minor units in the payment's own currency. */
export const inCurrencyOf = (payment: Payment, amount: number): Money => money(amount, payment.amount.currency);
