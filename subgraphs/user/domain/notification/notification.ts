import { type CustomerId, type Id, type OrderId, parseId, type UserId } from '#contracts/ids.ts';
import { format, type Money } from '#contracts/money.ts';
import { orderTexts, welcomeText } from '../customer-texts.ts';
import type { NewDelivery } from '../mail/delivery.ts';

export type OrderNoticeKind = keyof typeof orderTexts;

/** Something to tell a customer. */
export interface Notice {
  readonly userId: UserId;
  readonly kind: 'WELCOME' | OrderNoticeKind;
  readonly title: string;
  readonly body: string;
  readonly orderId: OrderId | null;
}

/** A notice that was delivered. */
export interface Notification extends Notice {
  readonly id: Id<'Notification'>;
  /** When the reported event occurred, not when its message arrived. */
  readonly createdAt: Date;
}

export const welcome = ({ userId, displayName }: { userId: UserId; displayName: string }): Notice => ({
  ...{ userId, kind: 'WELCOME', orderId: null },
  ...welcomeText(displayName),
});

export interface OrderFacts {
  readonly orderId: OrderId;
  readonly number: string;
  readonly customerId: CustomerId;
  readonly total: Money;
}

/** Undefined for a guest's order. */
export const orderNotice = (
  kind: OrderNoticeKind,
  { orderId, number, customerId, total }: OrderFacts,
): Notice | undefined => {
  const userId = parseId('User', customerId);
  return userId && { ...{ userId, kind, orderId }, ...orderTexts[kind](number, format(total)) };
};

/** What customers get a mail about as well: not that they have just ordered, and not what staff are looking into. */
const mailedKinds = ['ORDER_CONFIRMED', 'ORDER_REJECTED', 'ORDER_PAYMENT_FAILED', 'ORDER_CANCELLED'] as const;

export const orderMail = (
  kind: OrderNoticeKind,
  sourceId: string,
  { orderId, number, customerId, total }: OrderFacts,
): NewDelivery | undefined => {
  const userId = parseId('User', customerId);
  const mailed = mailedKinds.find((it) => it === kind);
  return mailed && userId && { sourceId, userId, kind: mailed, params: { orderId, number, total } };
};
