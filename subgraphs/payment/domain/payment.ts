/** A payment: one attempt of a customer to pay for an order. */
import type { AttemptId, CustomerId, OrderId, PaymentId } from '#contracts/ids.ts';
import { type Money, money, subtract, sum } from '#contracts/money.ts';
import type { PaymentStatus } from './payment-states.ts';
import type { DeclineReason } from './provider-results.ts';

/** How order and payment both identify the attempt; the order knows it before there is a payment. */
export interface Attempt {
  readonly attemptId: AttemptId;
  readonly orderId: OrderId;
}

export interface Payment extends Attempt {
  readonly id: PaymentId;
  readonly customerId: CustomerId;
  readonly status: PaymentStatus;
  /** The amount requested. All amounts below are in its currency. */
  readonly amount: Money;
  /** Minor units ever held, captured and refunded: the totals of the ledger. */
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** What refunds under way are about to give back. */
  readonly refunding: number;
  /** What banks have called back: by disputes that are open, and by those that were lost. */
  readonly disputed: number;
  readonly openDisputes: number;
  /** Which provider moves the money. */
  readonly provider: string;
  /** The provider's own id for it, once known. */
  readonly reference: string | null;
  readonly declineReason: DeclineReason | null;
  /** Why it was declined, not captured or not undone: one human-readable sentence. */
  readonly reasonText: string | null;
  readonly actionUrl: string | null;
  /** When to look it up at the provider; null while no unsolicited change is expected. */
  readonly nextCheckAt: Date | null;
  /** The correlation id of the request that started it; later background work carries it on. */
  readonly correlationId: string;
  readonly createdAt: Date;
}

/** One movement of money at the provider; the ledger adds id and time. */
export interface LedgerLine {
  readonly kind:
    | 'AUTHORIZATION'
    | 'VOID'
    | 'EXPIRY'
    | 'CAPTURE'
    | 'REFUND'
    | 'REFUND_REVERSAL'
    | 'DISPUTE'
    | 'DISPUTE_REVERSAL';
  readonly amount: Money;
}

export interface LedgerEntry extends LedgerLine {
  readonly paymentId: PaymentId;
  readonly at: Date;
}

/** Minor units in the payment's own currency. */
export const inCurrencyOf = (payment: Payment, amount: number): Money => money(amount, payment.amount.currency);

const holding: readonly PaymentStatus[] = ['AUTHORIZED', 'CAPTURE_FAILED', 'VOID_FAILED'];

/** What is held of the customer's money and not taken, where no call of ours is under way that would change it. */
export const heldBy = ({ status, authorized, captured }: Payment): number =>
  holding.includes(status) ? authorized - captured : 0;

/** What the shop has of the customer's money: captured minus refunded. Null when there was no attempt to pay. */
export const balanceOf = (payments: readonly Payment[]): Money | null => {
  const [first] = payments;
  if (!first) return null;
  const total = (amountOf: (payment: Payment) => number) =>
    sum(
      payments.map((payment) => inCurrencyOf(payment, amountOf(payment))),
      first.amount.currency,
    );
  return subtract(
    total(({ captured }) => captured),
    total(({ refunded }) => refunded),
  );
};
