import { type CustomerId, type Id, type OrderId, type ProductId, parseId, type UserId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import type { Locale } from '../account/locale.ts';
import type { NewDelivery } from '../mail/delivery.ts';
import { type NoticeText, nameIn, noticeTexts, type OrderNoticeKind, type RestockedVariant } from './notice-texts.ts';

export type NotificationKind =
  | 'WELCOME'
  | 'BACK_IN_STOCK'
  | 'ORDER_AWAITING_FUNDS'
  | 'ORDER_REFUNDED'
  | OrderNoticeKind;
export const channels = ['IN_APP', 'EMAIL'] as const;
export type Channel = (typeof channels)[number];

/** What customers may be told, and how: they may switch off each. What is about the safety of their account is not among these. */
export const notificationChannels: Readonly<Record<NotificationKind, readonly Channel[]>> = {
  WELCOME: ['IN_APP', 'EMAIL'],
  // Not by mail that they have just ordered, nor what staff are looking into.
  ORDER_PLACED: ['IN_APP'],
  ORDER_CONFIRMED: ['IN_APP', 'EMAIL'],
  ORDER_REJECTED: ['IN_APP', 'EMAIL'],
  ORDER_PAYMENT_FAILED: ['IN_APP', 'EMAIL'],
  ORDER_CANCELLED: ['IN_APP', 'EMAIL'],
  ORDER_NEEDS_ATTENTION: ['IN_APP'],
  ORDER_AWAITING_FUNDS: ['IN_APP', 'EMAIL'],
  ORDER_REFUNDED: ['IN_APP', 'EMAIL'],
  BACK_IN_STOCK: ['IN_APP', 'EMAIL'],
};

export interface OrderFacts {
  readonly orderId: OrderId;
  readonly number: string;
  readonly customerId: CustomerId;
  readonly total: Money;
}

/** Something to tell a customer. */
export type Notice =
  | { readonly kind: 'WELCOME'; readonly customerId: UserId }
  | ({ readonly kind: 'BACK_IN_STOCK'; readonly customerId: CustomerId } & RestockedVariant)
  | ({ readonly kind: 'ORDER_AWAITING_FUNDS'; readonly dueAt: string } & OrderFacts)
  | ({ readonly kind: 'ORDER_REFUNDED'; readonly amount: Money } & OrderFacts)
  | ({ readonly kind: OrderNoticeKind } & OrderFacts);

/** Whom a notice is for, once it is known who a guest has become, and what they want to be told. */
export interface Addressee {
  readonly customerId: CustomerId;
  readonly locale: Locale;
  /** Whether the address of the account is known to be theirs. */
  readonly isVerified: boolean;
  /** The account is closed while an order of it goes on: there is no address any more to write to. */
  readonly isClosed: boolean;
  readonly optedOut: readonly { readonly kind: NotificationKind; readonly channel: Channel }[];
}

/** A guest has told no language: it is the shop's. */
export const aGuest = (customerId: CustomerId, shopLanguage: Locale): Addressee => ({
  ...{ customerId, locale: shopLanguage, isVerified: false, isClosed: false, optedOut: [] },
});

export const wants = ({ optedOut }: Addressee, kind: NotificationKind, channel: Channel): boolean =>
  notificationChannels[kind].includes(channel) && !optedOut.some((out) => out.kind === kind && out.channel === channel);

/** What a customer was told. */
export interface Notification {
  readonly id: Id<'Notification'>;
  readonly customerId: CustomerId;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly orderId: OrderId | null;
  readonly productId: ProductId | null;
  /** When the reported event occurred, not when its message arrived. */
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

const textOf = (notice: Notice, locale: Locale): NoticeText => {
  const texts = noticeTexts[locale];
  if (notice.kind === 'WELCOME') return texts.WELCOME;
  if (notice.kind === 'ORDER_REFUNDED') return texts.ORDER_REFUNDED(notice);
  if (notice.kind === 'ORDER_AWAITING_FUNDS') return texts.ORDER_AWAITING_FUNDS(notice);
  return notice.kind === 'BACK_IN_STOCK' ? texts.BACK_IN_STOCK(nameIn(notice, locale)) : texts[notice.kind](notice);
};

/** In the customer's language of now, as somebody who speaks would. */
export const contentOf = (
  notice: Notice,
  addressee: Addressee,
): Omit<Notification, 'id' | 'createdAt' | 'readAt'> & { isHidden: boolean } => ({
  ...{ customerId: addressee.customerId, kind: notice.kind, ...textOf(notice, addressee.locale) },
  orderId: 'orderId' in notice ? notice.orderId : null,
  productId: 'productId' in notice ? notice.productId : null,
  isHidden: !wants(addressee, notice.kind, 'IN_APP'),
});

const mailedKinds = ['ORDER_CONFIRMED', 'ORDER_REJECTED', 'ORDER_PAYMENT_FAILED', 'ORDER_CANCELLED'] as const;

/**
 * The mail that goes with it. None to a guest, whose address nobody knows. What is not about an order goes only to an address
 * that is verified: a stranger may have registered it, and asked for a hundred such mails.
 */
export const mailOf = (notice: Notice, sourceId: string, addressee: Addressee): NewDelivery | undefined => {
  const userId = parseId('User', addressee.customerId);
  if (!userId || addressee.isClosed || !wants(addressee, notice.kind, 'EMAIL')) return undefined;
  if (notice.kind === 'WELCOME')
    return addressee.isVerified ? { sourceId, userId, kind: 'WELCOME', params: {} } : undefined;
  if (notice.kind === 'BACK_IN_STOCK') {
    const { productId, slug, titles, variantTitles, variantId } = notice;
    const params = { productId, variantId, slug, titles, variantTitles };
    return addressee.isVerified ? { sourceId, userId, kind: 'BACK_IN_STOCK', params } : undefined;
  }
  if (notice.kind === 'ORDER_AWAITING_FUNDS') {
    const { orderId, number, total, dueAt } = notice;
    return { sourceId, userId, kind: 'ORDER_AWAITING_FUNDS', params: { orderId, number, total, dueAt } };
  }
  if (notice.kind === 'ORDER_REFUNDED') {
    const { orderId, number, total, amount } = notice;
    return { sourceId, userId, kind: 'ORDER_REFUNDED', params: { orderId, number, total, amount } };
  }
  const kind = mailedKinds.find((it) => it === notice.kind);
  if (!kind) return undefined;
  const { orderId, number, total } = notice;
  return { sourceId, userId, kind, params: { orderId, number, total } };
};
