/** Product and payment as an order's checkout sees them: small models that keep their side of the contract. */
import type { DataOf, NewMessage } from '#contracts/envelope.ts';
import type { AttemptId, CustomerId, GuestId, namedId, UserId } from '#contracts/ids.ts';
import type { ReserveStock } from '#contracts/messages/stock.ts';
import { money as moneyOf } from '#contracts/money.ts';
import { aNewOrder, aReply } from '#kit/order/builders.ts';
import type { Reply } from './messages.ts';

/** How a neighbour takes a command that it may refuse. */
export type Luck = 'good' | 'bad' | 'odd';

type Stock = 'RESERVED' | 'COMMITTED' | 'RELEASED' | 'REJECTED' | 'EXPIRED';
type Money =
  | 'ACTION_REQUIRED'
  | 'AUTHORIZED'
  | 'CAPTURED'
  | 'CAPTURED_WRONGLY'
  | 'DECLINED'
  | 'REFUSED'
  | 'VOIDED'
  | 'REFUNDED'
  | 'REFUNDED_WRONGLY'
  | 'WITHDRAWN';

/** What is held or taken for each attempt, and who pays for it. */
export interface Neighbours {
  readonly stock: Map<AttemptId, Stock>;
  readonly money: Map<AttemptId, Money>;
  readonly payers: Map<AttemptId, CustomerId>;
  /** What payment knows of guests who have signed in. */
  readonly merged: Map<CustomerId, UserId>;
}

export const neighbours = (): Neighbours => ({
  stock: new Map(),
  money: new Map(),
  payers: new Map(),
  merged: new Map(),
});

/** Payment learns that the guest has signed in. */
export const mergeAtPayment = ({ payers, merged }: Neighbours, guestId: GuestId, userId: UserId): void => {
  merged.set(guestId, userId);
  for (const [attemptId, payer] of payers) if (payer === guestId) payers.set(attemptId, userId);
};

export const isHeldOrSold = (stock: Stock | undefined): boolean => stock === 'RESERVED' || stock === 'COMMITTED';
export const isHeldOrTaken = (money: Money | undefined): boolean =>
  money === 'ACTION_REQUIRED' || money === 'AUTHORIZED' || isTaken(money);
const isTaken = (money: Money | undefined): boolean => money === 'CAPTURED' || money === 'CAPTURED_WRONGLY';

type Answer = (attempt: Pick<DataOf<typeof ReserveStock>, 'attemptId' | 'orderId'>) => Reply;
const answer =
  (...[type, data]: Parameters<typeof aReply>): Answer =>
  (attempt) => {
    const reply = aReply(type, data);
    return { ...reply, data: { ...reply.data, attemptId: attempt.attemptId, orderId: attempt.orderId } } as Reply;
  };

const reserve = (stock: Stock | undefined, luck: Luck): [Stock, Answer] => {
  if (stock === undefined && luck === 'bad') return ['REJECTED', answer('stock.rejected')];
  if (stock === undefined || stock === 'RESERVED') return ['RESERVED', answer('stock.reserved')];
  if (stock === 'COMMITTED') return [stock, answer('stock.reserved')];
  return [stock, answer('stock.rejected', { reason: stock === 'REJECTED' ? 'INSUFFICIENT_STOCK' : 'WITHDRAWN' })];
};

const commit = (stock: Stock | undefined): [Stock | undefined, Answer] =>
  stock === 'RESERVED' || stock === 'COMMITTED'
    ? ['COMMITTED', answer('stock.committed')]
    : [stock, answer('stock.commit-failed', { reason: stock === 'EXPIRED' ? 'EXPIRED' : 'RELEASED' })];

const authorize = (money: Money | undefined, luck: Luck): [Money, Answer] => {
  if (money === undefined && luck === 'bad') return ['DECLINED', answer('payment.declined')];
  if (money === undefined && luck === 'odd') return ['ACTION_REQUIRED', answer('payment.action-required')];
  if (money === undefined || money === 'AUTHORIZED') return ['AUTHORIZED', answer('payment.authorized')];
  if (money === 'ACTION_REQUIRED') return [money, answer('payment.action-required')];
  if (isTaken(money)) return [money as Money, answer('payment.authorized')];
  return [money, answer('payment.declined', { reason: money === 'DECLINED' ? 'CARD_DECLINED' : 'WITHDRAWN' })];
};

const wrongAmount = moneyOf(1, 'EUR');

const capture = (money: Money | undefined, luck: Luck): [Money | undefined, Answer] => {
  if (money === 'CAPTURED_WRONGLY' || (money === 'AUTHORIZED' && luck === 'odd'))
    return ['CAPTURED_WRONGLY', answer('payment.captured', { amount: wrongAmount })];
  if (money === 'CAPTURED' || (money === 'AUTHORIZED' && luck !== 'bad'))
    return ['CAPTURED', answer('payment.captured')];
  return [money === 'AUTHORIZED' ? 'REFUSED' : money, answer('payment.capture-failed')];
};

const cancel = (money: Money | undefined, luck: Luck): [Money, Answer] => {
  if (isHeldOrTaken(money) && luck === 'bad') return [money as Money, answer('payment.cancel-failed')];
  if (money === undefined) return ['WITHDRAWN', answer('payment.cancelled', { outcome: 'NOTHING' })];
  if (money === 'CAPTURED_WRONGLY' || money === 'REFUNDED_WRONGLY')
    return ['REFUNDED_WRONGLY', answer('payment.cancelled', { outcome: 'REFUNDED', refunded: wrongAmount })];
  if (money === 'CAPTURED' || money === 'REFUNDED')
    return ['REFUNDED', answer('payment.cancelled', { outcome: 'REFUNDED', refunded: aNewOrder().total })];
  const isHeld = money === 'DECLINED' || money === 'WITHDRAWN' ? money : 'VOIDED';
  return [isHeld, answer('payment.cancelled', { outcome: isHeld === 'VOIDED' ? 'VOIDED' : 'NOTHING' })];
};

/** Hands a command to the neighbour that it is for; gives its reply. */
export const handle = (others: Neighbours, { type, data }: NewMessage, luck: Luck): Reply => {
  const { stock, money, payers, merged } = others;
  const attempt = data as {
    attemptId: AttemptId;
    orderId: ReturnType<typeof namedId<'Order'>>;
    customerId: CustomerId;
  };
  // A payment begins once; the command may name a guest who has signed in since it was sent.
  if (type === 'payment.authorize' && !payers.has(attempt.attemptId))
    payers.set(attempt.attemptId, merged.get(attempt.customerId) ?? attempt.customerId);
  const held = stock.get(attempt.attemptId);
  const paid = money.get(attempt.attemptId);
  const [standing, reply]: [Stock | Money | undefined, Answer] =
    type === 'stock.reserve'
      ? reserve(held, luck)
      : type === 'stock.commit'
        ? commit(held)
        : type === 'stock.release'
          ? ['RELEASED', answer('stock.released')]
          : type === 'payment.authorize'
            ? authorize(paid, luck)
            : type === 'payment.capture'
              ? capture(paid, luck)
              : cancel(paid, luck);
  if (standing !== undefined) (type.startsWith('stock.') ? stock : money).set(attempt.attemptId, standing as never);
  return reply(attempt);
};

/** The customer takes the extra step, or fails it: payment's reply, if one was awaited. */
export const confirm = ({ money }: Neighbours, attemptId: AttemptId, luck: Luck): Reply | undefined => {
  if (money.get(attemptId) !== 'ACTION_REQUIRED') return undefined;
  money.set(attemptId, luck === 'bad' ? 'DECLINED' : 'AUTHORIZED');
  return aReply(luck === 'bad' ? 'payment.declined' : 'payment.authorized', { attemptId });
};

/** The reservation's time is over. */
export const expire = ({ stock }: Neighbours, attemptId: AttemptId): void => {
  if (stock.get(attemptId) === 'RESERVED') stock.set(attemptId, 'EXPIRED');
};
