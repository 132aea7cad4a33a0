/** What customers are told. The texts stand together here, so that they keep one voice. */
import type { Id, OrderId, UserId } from '#contracts/ids.ts';
import { format, type Money } from '#contracts/money.ts';

export type NotificationKind =
  | 'WELCOME'
  | 'ORDER_PLACED'
  | 'ORDER_CONFIRMED'
  | 'ORDER_REJECTED'
  | 'ORDER_PAYMENT_FAILED'
  | 'ORDER_CANCELLED'
  | 'ORDER_NEEDS_ATTENTION';

/** Something to tell a customer. */
export interface Notice {
  readonly userId: UserId;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly orderId: OrderId | null;
}

/** A notice that was given. */
export interface Notification extends Notice {
  readonly id: Id<'Notification'>;
  /** When the thing happened that it tells of, not when we heard of it. */
  readonly createdAt: Date;
}

interface OrderFacts {
  readonly orderId: OrderId;
  readonly number: string;
  readonly customerId: UserId;
  readonly total: Money;
}

export const welcome = ({ userId, displayName }: { userId: UserId; displayName: string }): Notice => ({
  userId,
  kind: 'WELCOME',
  title: `Welcome, ${displayName}`,
  body: 'Your account is open. News about your orders will appear here.',
  orderId: null,
});

type OrderNotice = (order: OrderFacts) => Notice;

/** A notice about an order. Reasons are left to the order itself: they are codes and details, and it words them better. */
const about =
  (
    kind: Exclude<NotificationKind, 'WELCOME'>,
    title: (number: string) => string,
    body: (total: string) => string,
  ): OrderNotice =>
  ({ orderId, number, customerId, total }) => ({
    userId: customerId,
    kind,
    title: title(number),
    body: body(format(total)),
    orderId,
  });

export const orderPlaced = about(
  'ORDER_PLACED',
  (number) => `We have your order ${number}`,
  (total) => `It comes to ${total}. We will tell you as soon as it is paid and confirmed.`,
);

export const orderConfirmed = about(
  'ORDER_CONFIRMED',
  (number) => `Order ${number} is confirmed`,
  (total) => `We have received ${total} and are packing your things.`,
);

export const orderRejected = about(
  'ORDER_REJECTED',
  (number) => `We cannot fill order ${number}`,
  () => 'Something in it is sold out or has changed. You have not been charged.',
);

export const orderPaymentFailed = about(
  'ORDER_PAYMENT_FAILED',
  (number) => `The payment for order ${number} did not go through`,
  (total) => `${total} could not be taken. You can try again, or pay another way.`,
);

export const orderCancelled = about(
  'ORDER_CANCELLED',
  (number) => `Order ${number} is cancelled`,
  () => 'Nothing will be sent. Whatever was held or taken goes back to you.',
);

export const orderNeedsAttention = about(
  'ORDER_NEEDS_ATTENTION',
  (number) => `We are looking into order ${number}`,
  () => 'Something did not work as it should. One of us is on it; there is nothing that you need to do.',
);
