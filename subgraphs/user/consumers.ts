import {
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPaymentFailed,
  OrderPlaced,
  OrderRejected,
} from '#contracts/messages/order.ts';
import { StaffActed } from '#contracts/messages/staff.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import { type MessageHandler, on } from '#platform/messaging/consumer.ts';
import { orderNotice, welcome } from './domain/notification/notification.ts';
import type { App } from './usecases/app.ts';

/** What the `user` queue delivers, and what handles it: notifications, and the audit log. */
export const consumers = ({ commands: { notify, recordStaffAction } }: App): MessageHandler[] => [
  on(UserRegistered, (message) => notify(message, welcome(message.data))),
  on(OrderPlaced, (message) => notify(message, orderNotice('ORDER_PLACED', message.data))),
  on(OrderConfirmed, (message) => notify(message, orderNotice('ORDER_CONFIRMED', message.data))),
  on(OrderRejected, (message) => notify(message, orderNotice('ORDER_REJECTED', message.data))),
  on(OrderPaymentFailed, (message) => notify(message, orderNotice('ORDER_PAYMENT_FAILED', message.data))),
  on(OrderCancelled, (message) => notify(message, orderNotice('ORDER_CANCELLED', message.data))),
  on(OrderNeedsAttention, (message) => notify(message, orderNotice('ORDER_NEEDS_ATTENTION', message.data))),
  on(StaffActed, recordStaffAction),
];
