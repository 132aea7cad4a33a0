/** The decisions about a reservation. Pure: a use case locks, decides here, and applies the decision. */
import { type DataOf, message, type NewMessage } from '#contracts/envelope.ts';
import type { VariantId } from '#contracts/ids.ts';
import {
  type ReserveStock,
  StockCommitFailed,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
} from '#contracts/messages/stock.ts';
import type { Currency, Money } from '#contracts/money.ts';
import type { Prices, ProductStatus } from '../catalogue/product.ts';
import { total } from './draw.ts';
import { linesFor, type ReservationMove, type Supply } from './reservation-lines.ts';
import {
  type CommitFault,
  type Rejection,
  type Reply,
  type Reservation,
  type ReservationRequest,
  reservationStates,
  type Step,
} from './reservation-states.ts';
import type { Units } from './stock.ts';

export interface Decision {
  /** As it is from now on; the very same object when nothing changes. */
  readonly reservation: Reservation;
  /** What its lines do to the stock, each by its source: `movementsOf`. */
  readonly movement: ReservationMove | undefined;
  readonly reply: NewMessage | undefined;
}

/** What a request does to a reservation, by the table. */
export const decide = (reservation: Reservation, request: ReservationRequest): Decision => {
  const { becomes, moves, reply }: Step = reservationStates[reservation.status][request];
  const after = becomes ? { ...reservation, status: becomes } : reservation;
  return { reservation: after, movement: moves, reply: reply && replies[reply](after) };
};

/** A variant as the shop offers it at this moment. */
export interface Offer extends Supply {
  readonly prices: Prices;
  readonly status: ProductStatus;
}

/** All lines of one variant together. A cart may name it twice, with prices from two moments. */
export interface WantedVariant extends Units {
  readonly unitPrices: readonly Money[];
}

type Lines = DataOf<typeof ReserveStock>['lines'];

/** Lines added up per variant, in order of the variants' ids: the order in which stock is locked everywhere. */
export const perVariant = (lines: Lines): WantedVariant[] =>
  [...Map.groupBy(lines, ({ variantId }) => variantId)]
    .map(([variantId, same]) => ({
      variantId,
      quantity: same.reduce((total, { quantity }) => total + quantity, 0),
      unitPrices: same.map(({ unitPrice }) => unitPrice),
    }))
    .sort((a, b) => (a.variantId < b.variantId ? -1 : 1));

/** Why a line cannot be had; the first ground that applies to any line is the reason that is given. */
const grounds: readonly [Rejection['reason'], (wanted: WantedVariant, offer: Offer) => boolean][] = [
  ['UNAVAILABLE', (_, { status }) => status !== 'PUBLISHED'],
  [
    'PRICE_CHANGED',
    ({ unitPrices }, { prices }) => unitPrices.some(({ amount, currency }) => prices[currency] !== amount),
  ],
  ['INSUFFICIENT_STOCK', ({ quantity }, { policy, levels }) => policy === 'TRACKED' && quantity > total(levels)],
];

/** Holds all lines of a new attempt, or none of them. `offers` must be locked, or the reply may be out of date. */
export const decideReservation = (
  attempt: Pick<Reservation, 'attemptId' | 'orderId' | 'expiresAt'>,
  wanted: readonly WantedVariant[],
  offers: ReadonlyMap<VariantId, Offer>,
): Decision => {
  for (const [reason, applies] of grounds) {
    const atFault = wanted.filter((line) => {
      const offer = offers.get(line.variantId);
      return offer ? applies(line, offer) : reason === 'UNAVAILABLE';
    });
    if (atFault.length > 0) return rejected(attempt, { reason, lines: atFault.map((line) => shown(line, offers)) });
  }
  const lines = wanted.flatMap((line) => {
    const offer = offers.get(line.variantId);
    return offer ? linesFor(line, offer) : [];
  });
  const reservation: Reservation = { ...attempt, status: 'RESERVED', lines, rejection: null };
  return { reservation, movement: 'RESERVATION', reply: replies.reserved(reservation) };
};

const rejected = (attempt: Pick<Reservation, 'attemptId' | 'orderId'>, rejection: Rejection): Decision => {
  const reservation: Reservation = { ...attempt, status: 'REJECTED', lines: [], expiresAt: null, rejection };
  return { reservation, movement: undefined, reply: replies['rejected as before'](reservation) };
};

const shown = ({ variantId, quantity, unitPrices }: WantedVariant, offers: ReadonlyMap<VariantId, Offer>) => {
  const offer = offers.get(variantId);
  const forSale = offer?.status === 'PUBLISHED' ? offer : undefined;
  return {
    variantId,
    requested: quantity,
    // What can be had beyond the stock is not short, whatever else is wrong with it.
    available: forSale && forSale.policy !== 'TRACKED' ? quantity : total(forSale?.levels ?? []),
    currentPrice: forSale ? priceIn(forSale.prices, unitPrices[0]?.currency) : null,
  };
};

/** Null where it is not sold in that currency. */
const priceIn = (prices: Prices, currency: Currency | undefined): Money | null => {
  const amount = currency && prices[currency];
  return currency && amount !== undefined ? { amount, currency } : null;
};

const attempt = ({ attemptId, orderId }: Reservation) => ({ attemptId, orderId });
const aggregate = ({ attemptId }: Reservation) => ({ type: 'reservation', id: attemptId });

const commitFailed = (reason: CommitFault) => (reservation: Reservation) =>
  message(StockCommitFailed, aggregate(reservation), { ...attempt(reservation), reason });

const replies: Readonly<Record<Reply, (reservation: Reservation) => NewMessage>> = {
  reserved: (reservation) => {
    if (!reservation.expiresAt) throw new Error(`${reservation.attemptId} holds stock for ever`);
    return message(StockReserved, aggregate(reservation), {
      ...attempt(reservation),
      expiresAt: reservation.expiresAt.toISOString(),
    });
  },
  'rejected as before': (reservation) => {
    if (!reservation.rejection) throw new Error(`${reservation.attemptId} was rejected without a reason`);
    return message(StockRejected, aggregate(reservation), { ...attempt(reservation), ...reservation.rejection });
  },
  withdrawn: (reservation) =>
    message(StockRejected, aggregate(reservation), { ...attempt(reservation), reason: 'WITHDRAWN', lines: [] }),
  committed: (reservation) => message(StockCommitted, aggregate(reservation), attempt(reservation)),
  'commit failed: EXPIRED': commitFailed('EXPIRED'),
  'commit failed: RELEASED': commitFailed('RELEASED'),
  'commit failed: UNKNOWN': commitFailed('UNKNOWN'),
  released: (reservation) => message(StockReleased, aggregate(reservation), attempt(reservation)),
};
