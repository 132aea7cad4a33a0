/** The mails that there are, as a table: what each is about, how long it is worth sending, and the secret it carries. */
import type { OrderId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import type { RestockedVariant } from '../notification/notice-texts.ts';

/** What a mail is made of, beside the recipient: ids and facts, never a secret, which is made when the mail is. */
export interface MailParams {
  readonly WELCOME: object;
  readonly VERIFY_EMAIL: object;
  readonly ALREADY_REGISTERED: object;
  readonly RESET_PASSWORD: object;
  readonly PASSWORD_CHANGED: object;
  readonly CONFIRM_EMAIL_CHANGE: object;
  readonly EMAIL_CHANGED: object;
  readonly NEW_SIGN_IN: { readonly device: string | null };
  readonly ACCOUNT_CLOSED: object;
  readonly ORDER_CONFIRMED: OrderParams;
  readonly ORDER_REJECTED: OrderParams;
  readonly ORDER_PAYMENT_FAILED: OrderParams;
  readonly ORDER_CANCELLED: OrderParams;
  readonly ORDER_AWAITING_FUNDS: FundsParams;
  readonly ORDER_REFUNDED: RefundParams;
  readonly BACK_IN_STOCK: RestockedVariant;
}

export interface OrderParams {
  readonly orderId: OrderId;
  readonly number: string;
  readonly total: Money;
}

export interface FundsParams extends OrderParams {
  /** Until when the money has to be there (ISO 8601). */
  readonly dueAt: string;
}

export interface RefundParams extends OrderParams {
  /** What went back. */
  readonly amount: Money;
}

export type MailKind = keyof MailParams;

const minutes = 60_000;
const hours = 60 * minutes;

/** What a one-time token is for, and how long it is good: nobody resets a password a day later, but mail is read that late. */
export const tokenLifeMs = {
  VERIFY_EMAIL: 24 * hours,
  RESET_PASSWORD: 1 * hours,
  CHANGE_EMAIL: 24 * hours,
} as const;
export type TokenPurpose = keyof typeof tokenLifeMs;

/** Where a mail's link to end mails of its kind leads, below USER_PUBLIC_URL. */
export const unsubscribePath = '/unsubscribe';

interface MailRule {
  /** Attempts end so long after the cause. A mail server that is repaired is repaired within days. */
  readonly worthSendingMs: number;
  /** The mail carries a new token for this. */
  readonly token?: TokenPurpose;
}

const notice: MailRule = { worthSendingMs: 72 * hours };
const security: MailRule = { worthSendingMs: 72 * hours };
// Whoever asked for it asks again once it has not come for that long.
const withToken = (token: TokenPurpose): MailRule => ({
  worthSendingMs: tokenLifeMs[token],
  token,
});

export const mailKinds: Readonly<Record<MailKind, MailRule>> = {
  WELCOME: notice,
  VERIFY_EMAIL: withToken('VERIFY_EMAIL'),
  ALREADY_REGISTERED: { ...security, worthSendingMs: 24 * hours },
  RESET_PASSWORD: withToken('RESET_PASSWORD'),
  PASSWORD_CHANGED: security,
  CONFIRM_EMAIL_CHANGE: withToken('CHANGE_EMAIL'),
  EMAIL_CHANGED: security,
  NEW_SIGN_IN: security,
  ACCOUNT_CLOSED: security,
  ORDER_CONFIRMED: notice,
  ORDER_REJECTED: notice,
  ORDER_PAYMENT_FAILED: notice,
  ORDER_CANCELLED: notice,
  // Before half of the usual wait is over: who learns of it later cannot transfer in time.
  ORDER_AWAITING_FUNDS: notice,
  ORDER_REFUNDED: notice,
  // By the next day it may be sold out again.
  BACK_IN_STOCK: { worthSendingMs: 24 * hours },
};
