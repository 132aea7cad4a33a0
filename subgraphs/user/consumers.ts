import type { Message } from '#contracts/envelope.ts';
import { ProductBackInStock } from '#contracts/messages/availability.ts';
import {
  OrderAwaitingFunds,
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPaymentFailed,
  OrderPlaced,
  OrderRefunded,
  OrderRejected,
} from '#contracts/messages/order.ts';
import { StaffActed } from '#contracts/messages/staff.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import { type MessageHandler, on } from '#platform/messaging/consumer.ts';
import type { OrderNoticeKind } from './domain/notification/notice-texts.ts';
import type { OrderFacts } from './domain/notification/notification.ts';
import type { App } from './usecases/app.ts';

/** What the `user` queue delivers, and what handles it: notifications, some of them as mails, and the audit log. */
export const consumers = ({ commands: { notify, notifyBackInStock, recordStaffAction } }: App): MessageHandler[] => {
  const about = (kind: OrderNoticeKind) => (message: Message<OrderFacts>) => notify(message, { kind, ...message.data });
  return [
    on(UserRegistered, (message) => notify(message, { kind: 'WELCOME', customerId: message.data.userId })),
    on(OrderPlaced, about('ORDER_PLACED')),
    on(OrderConfirmed, about('ORDER_CONFIRMED')),
    on(OrderRejected, about('ORDER_REJECTED')),
    on(OrderPaymentFailed, about('ORDER_PAYMENT_FAILED')),
    on(OrderCancelled, about('ORDER_CANCELLED')),
    on(OrderNeedsAttention, about('ORDER_NEEDS_ATTENTION')),
    on(OrderAwaitingFunds, (message) => notify(message, { kind: 'ORDER_AWAITING_FUNDS', ...message.data })),
    on(OrderRefunded, (message) => notify(message, { kind: 'ORDER_REFUNDED', ...message.data })),
    on(ProductBackInStock, notifyBackInStock),
    on(StaffActed, recordStaffAction),
  ];
};
