/** Payment as an order sees it: what was asked for, what people do there by hand, and what banks call back, at any moment. */
import type { NewMessage } from '#contracts/envelope.ts';
import { type AttemptId, namedId } from '#contracts/ids.ts';
import { money as moneyOf } from '#contracts/money.ts';
import { aNewOrder, aReply, totals as totalsOf } from '#kit/order/builders.ts';
import { isOffline } from '../order/order.ts';
import type { Reply } from './messages.ts';

/** How a neighbour takes a command that it may refuse. */
export type Luck = 'good' | 'bad' | 'odd';

type Step =
  | 'ACTION_REQUIRED'
  | 'AWAITING_FUNDS'
  | 'AUTHORIZED'
  | 'CAPTURED'
  | 'DECLINED'
  | 'REFUSED'
  | 'OVER'
  | 'WITHDRAWN';

/** One attempt's payment; amounts in cents. */
export interface Money {
  step: Step;
  captured: number;
  refunded: number;
  disputed: number;
  openDisputes: number;
  /** How many messages there were about it. */
  sequence: number;
}

type Payments = Map<AttemptId, Money>;
type Attempt = { readonly attemptId: AttemptId };

const { total } = aNewOrder();
const euros = (cents: number) => moneyOf(cents, total.currency);

export const kept = ({ captured, refunded, disputed }: Money): number => captured - refunded - disputed;
export const isHeldOrTaken = (money: Money | undefined): boolean =>
  money !== undefined && (['ACTION_REQUIRED', 'AWAITING_FUNDS', 'AUTHORIZED'].includes(money.step) || kept(money) > 0);

/** What payment says, with what the payment has come to by then. */
const tell = <T extends Reply['type']>(
  money: Money,
  { attemptId }: Attempt,
  type: T,
  data: Parameters<typeof aReply<T>>[1] = {},
): Reply => {
  const { captured, refunded, disputed, openDisputes } = money;
  const totals = totalsOf(captured, refunded, disputed, openDisputes);
  return aReply(type, { totals, ...data, attemptId, sequence: ++money.sequence } as Parameters<typeof aReply<T>>[1]);
};

const begin = (payments: Payments, attemptId: AttemptId, step: Step): Money => {
  const money = { step, captured: 0, refunded: 0, disputed: 0, openDisputes: 0, sequence: 0 };
  payments.set(attemptId, money);
  return money;
};

const firstStep = (command: object, luck: Luck): Step => {
  if (isOffline(command)) return 'AWAITING_FUNDS';
  if (luck === 'bad') return 'DECLINED';
  return luck === 'odd' ? 'ACTION_REQUIRED' : 'AUTHORIZED';
};

const authorize = (money: Money, attempt: Attempt): Reply => {
  switch (money.step) {
    case 'ACTION_REQUIRED':
      return tell(money, attempt, 'payment.action-required');
    case 'AWAITING_FUNDS':
      return tell(money, attempt, 'payment.awaiting-funds');
    case 'AUTHORIZED':
    case 'CAPTURED':
      return tell(money, attempt, 'payment.authorized');
    default:
      return tell(money, attempt, 'payment.declined', {
        reason: money.step === 'DECLINED' ? 'CARD_DECLINED' : 'WITHDRAWN',
      });
  }
};

const capture = (money: Money, attempt: Attempt, luck: Luck): Reply => {
  if (money.step === 'AUTHORIZED' && luck === 'bad') money.step = 'REFUSED';
  if (money.step === 'AUTHORIZED') {
    money.step = 'CAPTURED';
    money.captured = luck === 'odd' ? 1 : total.amount;
  }
  return money.step === 'CAPTURED'
    ? tell(money, attempt, 'payment.captured', { amount: euros(money.captured) })
    : tell(money, attempt, 'payment.capture-failed');
};

/** What is left is refunded; a payment service may tell of that refund by itself before it answers. */
const cancel = (money: Money, attempt: Attempt, luck: Luck): Reply[] => {
  if (isHeldOrTaken(money) && luck === 'bad') return [tell(money, attempt, 'payment.cancel-failed')];
  if (money.captured === 0) {
    const outcome = money.step === 'DECLINED' || money.step === 'WITHDRAWN' ? 'NOTHING' : 'VOIDED';
    if (outcome === 'VOIDED') money.step = 'OVER';
    return [tell(money, attempt, 'payment.cancelled', { outcome })];
  }
  const left = kept(money);
  money.refunded += left;
  money.step = 'OVER';
  const refund = left > 0 && luck === 'odd' ? [tell(money, attempt, 'payment.refunded', { amount: euros(left) })] : [];
  const refunded = euros(money.refunded);
  return [...refund, tell(money, attempt, 'payment.cancelled', { outcome: 'REFUNDED', refunded })];
};

export const answerOfPayment = (payments: Payments, { type, data }: NewMessage, luck: Luck): Reply[] => {
  const attempt = data as Attempt;
  const money = payments.get(attempt.attemptId);
  if (type === 'payment.authorize')
    return [authorize(money ?? begin(payments, attempt.attemptId, firstStep(attempt, luck)), attempt)];
  if (money) return type === 'payment.capture' ? [capture(money, attempt, luck)] : cancel(money, attempt, luck);
  if (type === 'payment.capture') return [aReply('payment.capture-failed', attempt)];
  const withdrawn = begin(payments, attempt.attemptId, 'WITHDRAWN');
  return [tell(withdrawn, attempt, 'payment.cancelled', { outcome: 'NOTHING', totals: null })];
};

type ByHand = (money: Money, attempt: Attempt, luck: Luck) => Reply[];

const isHeld = ({ step }: Money) => step === 'AUTHORIZED' || step === 'ACTION_REQUIRED' || step === 'AWAITING_FUNDS';

const refund = (money: Money, attempt: Attempt, amount: number): Reply[] => {
  if (amount <= 0 || amount > kept(money)) return [];
  money.refunded += amount;
  return [tell(money, attempt, 'payment.refunded', { amount: euros(amount) })];
};

const dispute = (money: Money, attempt: Attempt, state: 'OPENED' | 'WON' | 'LOST'): Reply[] => {
  const isPossible = state === 'OPENED' ? kept(money) > 0 && money.openDisputes === 0 : money.openDisputes > 0;
  if (!isPossible) return [];
  const amount = euros(state === 'OPENED' ? kept(money) : money.disputed);
  money.openDisputes = state === 'OPENED' ? 1 : 0;
  if (state === 'OPENED') money.disputed += amount.amount;
  if (state === 'WON') money.disputed = 0;
  const disputeId = namedId('Dispute', attempt.attemptId);
  return [tell(money, attempt, 'payment.disputed', { disputeId, state, amount, respondBy: null })];
};

/** What nobody of the checkout has asked for. */
export const byHand = {
  /** The customer takes the extra step or fails it, or the transfer arrives. */
  confirm: (money, attempt, luck) => {
    if (money.step !== 'ACTION_REQUIRED' && money.step !== 'AWAITING_FUNDS') return [];
    money.step = luck === 'bad' && money.step === 'ACTION_REQUIRED' ? 'DECLINED' : 'AUTHORIZED';
    return [authorize(money, attempt)];
  },
  /** All that is held, or a part of it. */
  capture: (money, attempt, luck) => {
    if (money.step !== 'AUTHORIZED') return [];
    money.step = 'CAPTURED';
    money.captured = luck === 'good' ? total.amount : 1_000;
    return [tell(money, attempt, 'payment.captured', { amount: euros(money.captured) })];
  },
  /** By staff, or because the hold has expired. */
  release: (money, attempt) => {
    if (!isHeld(money)) return [];
    money.step = 'OVER';
    return [tell(money, attempt, 'payment.cancelled', { outcome: 'VOIDED' })];
  },
  refundPart: (money, attempt) => refund(money, attempt, 700),
  refundAll: (money, attempt) => refund(money, attempt, kept(money)),
  /** A refund that had succeeded comes back, as when the account has been closed. */
  refundFails: (money, attempt) => {
    const amount = Math.min(700, money.refunded);
    if (amount === 0) return [];
    money.refunded -= amount;
    return [tell(money, attempt, 'payment.refund-failed', { amount: euros(amount) })];
  },
  disputeOpened: (money, attempt) => dispute(money, attempt, 'OPENED'),
  disputeWon: (money, attempt) => dispute(money, attempt, 'WON'),
  disputeLost: (money, attempt) => dispute(money, attempt, 'LOST'),
} as const satisfies Record<string, ByHand>;
export const handKinds = Object.keys(byHand) as (keyof typeof byHand)[];
