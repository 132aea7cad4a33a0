/** The invariants of the system, in the order in which one reads them. */
import type { Rule } from '../rule.ts';
import { capturesStayWithinHolds } from './captures-stay-within-holds.ts';
import { historiesHaveNoGaps } from './histories-have-no-gaps.ts';
import { ledgerMatchesPayments } from './ledger-matches-payments.ts';
import { ledgerMatchesProvider } from './ledger-matches-provider.ts';
import { messagesArrive } from './messages-arrive.ts';
import { moneyMatchesOrders } from './money-matches-orders.ts';
import { noOrderIsParked } from './no-order-is-parked.ts';
import { nothingIsOversold } from './nothing-is-oversold.ts';
import { oneCapturePerOrder } from './one-capture-per-order.ts';
import { orderTotalsAddUp } from './order-totals-add-up.ts';
import { ordersAreAnnounced } from './orders-are-announced.ts';
import { ordersEnd } from './orders-end.ts';
import { outboxesDrain } from './outboxes-drain.ts';
import { reservedMatchesReservations } from './reserved-matches-reservations.ts';
import { stockMatchesMovements } from './stock-matches-movements.ts';
import { stockMatchesOrders } from './stock-matches-orders.ts';
import { timelinesAreWhole } from './timelines-are-whole.ts';

export const rules: readonly Rule[] = [
  ordersAreAnnounced,
  ordersEnd,
  noOrderIsParked,
  orderTotalsAddUp,
  timelinesAreWhole,
  moneyMatchesOrders,
  oneCapturePerOrder,
  capturesStayWithinHolds,
  ledgerMatchesPayments,
  ledgerMatchesProvider,
  stockMatchesOrders,
  stockMatchesMovements,
  reservedMatchesReservations,
  nothingIsOversold,
  outboxesDrain,
  historiesHaveNoGaps,
  messagesArrive,
];
