/** The invariants of the system, in the order in which one reads them. */
import type { Rule } from '../rule.ts';
import { accountsAreWelcomed } from './accounts-are-welcomed.ts';
import { capturesStayWithinHolds } from './captures-stay-within-holds.ts';
import { commandsAreAnsweredOnce } from './commands-are-answered-once.ts';
import { customersAreTold } from './customers-are-told.ts';
import { paymentsHaveOrders, reservationsHaveOrders } from './effects-have-orders.ts';
import { historiesHaveNoGaps } from './histories-have-no-gaps.ts';
import { ledgerMatchesPayments } from './ledger-matches-payments.ts';
import { ledgerMatchesProvider } from './ledger-matches-provider.ts';
import { messagesArrive } from './messages-arrive.ts';
import { moneyMatchesOrders } from './money-matches-orders.ts';
import { noOrderIsParked } from './no-order-is-parked.ts';
import { nothingIsOversold } from './nothing-is-oversold.ts';
import { olderAttemptsHoldNothing } from './older-attempts-hold-nothing.ts';
import { oneCapturePerOrder } from './one-capture-per-order.ts';
import { operationsEnd } from './operations-end.ts';
import { orderTotalsAddUp } from './order-totals-add-up.ts';
import { ordersAreAnnounced } from './orders-are-announced.ts';
import { ordersArePaidInTheirCurrency } from './orders-are-paid-in-their-currency.ts';
import { ordersEnd } from './orders-end.ts';
import { outboxesDrain } from './outboxes-drain.ts';
import { paymentsComeToRest } from './payments-come-to-rest.ts';
import { promisedOrdersExist } from './promised-orders-exist.ts';
import { reservationsMatchMovements } from './reservations-match-movements.ts';
import { reservedMatchesReservations } from './reserved-matches-reservations.ts';
import { stockMatchesMovements } from './stock-matches-movements.ts';
import { stockMatchesOrders } from './stock-matches-orders.ts';
import { timelinesAreWhole } from './timelines-are-whole.ts';

export const rules: readonly Rule[] = [
  promisedOrdersExist,
  ordersAreAnnounced,
  ordersEnd,
  noOrderIsParked,
  orderTotalsAddUp,
  timelinesAreWhole,
  customersAreTold,
  accountsAreWelcomed,
  moneyMatchesOrders,
  ordersArePaidInTheirCurrency,
  oneCapturePerOrder,
  capturesStayWithinHolds,
  olderAttemptsHoldNothing,
  paymentsHaveOrders,
  paymentsComeToRest,
  operationsEnd,
  ledgerMatchesPayments,
  ledgerMatchesProvider,
  stockMatchesOrders,
  reservationsHaveOrders,
  reservationsMatchMovements,
  stockMatchesMovements,
  reservedMatchesReservations,
  nothingIsOversold,
  commandsAreAnsweredOnce,
  outboxesDrain,
  historiesHaveNoGaps,
  messagesArrive,
];
