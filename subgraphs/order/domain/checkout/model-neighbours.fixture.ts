/** Product and payment as an order's checkout sees them: small models that keep their side of the contract. */
import type { DataOf, NewMessage } from '#contracts/envelope.ts';
import type { AttemptId, CustomerId, GuestId, namedId, UserId } from '#contracts/ids.ts';
import type { ReserveStock } from '#contracts/messages/stock.ts';
import { aReply } from '#kit/order/builders.ts';
import type { Reply } from './messages.ts';
import { answerOfPayment, type Luck, type Money } from './model-payment.fixture.ts';

type Stock = 'RESERVED' | 'COMMITTED' | 'RELEASED' | 'REJECTED' | 'EXPIRED';

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

const answerOfProduct = ({ stock }: Neighbours, { type, data }: NewMessage, luck: Luck): Reply => {
  const attempt = data as DataOf<typeof ReserveStock>;
  const held = stock.get(attempt.attemptId);
  const [standing, reply]: [Stock | undefined, Answer] =
    type === 'stock.reserve'
      ? reserve(held, luck)
      : type === 'stock.commit'
        ? commit(held)
        : ['RELEASED', answer('stock.released')];
  if (standing) stock.set(attempt.attemptId, standing);
  return reply(attempt);
};

/** Hands a command to the neighbour that it is for; gives its replies. */
export const handle = (others: Neighbours, command: NewMessage, luck: Luck): Reply[] => {
  const { money, payers, merged } = others;
  const attempt = command.data as {
    attemptId: AttemptId;
    orderId: ReturnType<typeof namedId<'Order'>>;
    customerId: CustomerId;
  };
  if (command.type.startsWith('stock.')) return [answerOfProduct(others, command, luck)];
  // A payment begins once; the command may name a guest who has signed in since it was sent.
  if (command.type === 'payment.authorize' && !payers.has(attempt.attemptId))
    payers.set(attempt.attemptId, merged.get(attempt.customerId) ?? attempt.customerId);
  return answerOfPayment(money, command, luck);
};

/** The reservation's time is over. */
export const expire = ({ stock }: Neighbours, attemptId: AttemptId): void => {
  if (stock.get(attemptId) === 'RESERVED') stock.set(attemptId, 'EXPIRED');
};
