import { namedId } from '#contracts/ids.ts';
import type { MailKind, MailParams } from './mail-kinds.ts';

const order = {
  orderId: namedId('Order', 'AG-7K3M-9QXT'),
  number: 'AG-7K3M-9QXT',
  total: { amount: 4_999, currency: 'EUR' },
} as const;

/** One of each kind: for the preview, and for tests that say something about all of them. */
export const mailExamples: { readonly [Kind in MailKind]: MailParams[Kind] } = {
  WELCOME: {},
  VERIFY_EMAIL: {},
  ALREADY_REGISTERED: {},
  RESET_PASSWORD: {},
  PASSWORD_CHANGED: {},
  CONFIRM_EMAIL_CHANGE: {},
  EMAIL_CHANGED: {},
  NEW_SIGN_IN: { device: 'Firefox on Linux' },
  ACCOUNT_CLOSED: {},
  ORDER_CONFIRMED: order,
  ORDER_REJECTED: order,
  ORDER_PAYMENT_FAILED: order,
  ORDER_CANCELLED: order,
  ORDER_AWAITING_FUNDS: { ...order, dueAt: '2026-12-03T12:00:00.000Z' },
  ORDER_REFUNDED: { ...order, amount: { amount: 1_250, currency: 'EUR' } },
  BACK_IN_STOCK: {
    productId: namedId('Product', 'trail-headlamp'),
    variantId: namedId('Variant', 'TRAIL-HEADLAMP-RED'),
    slug: 'trail-headlamp',
    titles: { en: 'Trail headlamp', ko: '트레일 헤드램프' },
    variantTitles: { en: 'Red', ko: '빨강' },
  },
};
