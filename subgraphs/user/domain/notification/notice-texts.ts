/** What customers read in the shop's list of notifications; mails about orders say the same. */
import type { DataOf } from '#contracts/envelope.ts';
import { inLanguage } from '#contracts/language.ts';
import type { ProductBackInStock } from '#contracts/messages/availability.ts';
import { type Money, minorDigits } from '#contracts/money.ts';
import { defaultLocale, type Locale } from '../account/locale.ts';

export interface NoticeText {
  readonly title: string;
  readonly body: string;
}

/** A variant that can be had again, with its names in the languages of the shop. */
export type RestockedVariant = Omit<DataOf<typeof ProductBackInStock>, 'customerIds'>;

/** What a customer calls it: the product, and which one of several. */
export const nameIn = ({ titles, variantTitles }: RestockedVariant, locale: Locale): string => {
  const [title, variant] = [titles, variantTitles].map((texts) => inLanguage(texts, locale, defaultLocale));
  return variant && variant !== title ? `${title} (${variant})` : `${title}`;
};

/** A name of a product, in the customer's language. */
type ProductText = (name: string) => NoticeText;

/** As it is written in the language: €49.99; 51,900원. */
const amountIn =
  (locale: Locale) =>
  ({ amount, currency }: Money): string => {
    const digits = minorDigits[currency];
    const units = amount / 10 ** digits;
    // Intl writes ₩51,900, as a price tag does; in a sentence it is the word.
    if (locale === 'ko' && currency === 'KRW') return `${units.toLocaleString(locale)}원`;
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(units);
  };
const inEnglish = amountIn('en');
const inKorean = amountIn('ko');

type OrderText = (order: { readonly number: string; readonly total: Money }) => NoticeText;

type RefundText = (refund: { readonly number: string; readonly amount: Money }) => NoticeText;

type FundsText = (due: { readonly number: string; readonly total: Money; readonly dueAt: string }) => NoticeText;

/** The day, which is the same all over the shop's country but for the hours around midnight. */
const dayIn = (locale: Locale) => (at: string) =>
  new Date(at).toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'UTC' });

/** Without reasons: those are codes and details, and the order itself words them better. */
const english = {
  ORDER_PLACED: ({ number, total }) => ({
    title: `We have received your order ${number}`,
    body: `The total is ${inEnglish(total)}. We will let you know as soon as it is paid and confirmed.`,
  }),
  ORDER_CONFIRMED: ({ number, total }) => ({
    title: `Order ${number} is confirmed`,
    body: `We have received ${inEnglish(total)} and are packing your order.`,
  }),
  ORDER_REJECTED: ({ number }) => ({
    title: `We cannot fulfil order ${number}`,
    body: 'Something in it is sold out or has changed. You have not been charged.',
  }),
  ORDER_PAYMENT_FAILED: ({ number, total }) => ({
    title: `The payment for order ${number} did not go through`,
    body: `${inEnglish(total)} could not be charged. You can try again or pay another way.`,
  }),
  ORDER_CANCELLED: ({ number }) => ({
    title: `Order ${number} is cancelled`,
    body: 'Nothing will be sent. Anything held or charged is returned to you.',
  }),
  ORDER_NEEDS_ATTENTION: ({ number }) => ({
    title: `We are looking into order ${number}`,
    body: 'Something did not work as it should. We are on it; there is nothing you need to do.',
  }),
} as const satisfies Record<string, OrderText>;

export type OrderNoticeKind = keyof typeof english;

const korean: Record<OrderNoticeKind, OrderText> = {
  ORDER_PLACED: ({ number, total }) => ({
    title: `주문 ${number}을(를) 접수했습니다`,
    body: `합계는 ${inKorean(total)}입니다. 결제가 확인되면 바로 알려 드리겠습니다.`,
  }),
  ORDER_CONFIRMED: ({ number, total }) => ({
    title: `주문 ${number}이(가) 확정되었습니다`,
    body: `${inKorean(total)} 결제가 완료되어 상품을 준비하고 있습니다.`,
  }),
  ORDER_REJECTED: ({ number }) => ({
    title: `주문 ${number}을(를) 처리할 수 없습니다`,
    body: '품절되었거나 내용이 바뀐 상품이 있습니다. 결제되지 않았습니다.',
  }),
  ORDER_PAYMENT_FAILED: ({ number, total }) => ({
    title: `주문 ${number}의 결제가 이루어지지 않았습니다`,
    body: `${inKorean(total)} 결제에 실패했습니다. 다시 시도하거나 다른 방법으로 결제해 주세요.`,
  }),
  ORDER_CANCELLED: ({ number }) => ({
    title: `주문 ${number}이(가) 취소되었습니다`,
    body: '상품은 발송되지 않습니다. 승인되었거나 결제된 금액은 돌려드립니다.',
  }),
  ORDER_NEEDS_ATTENTION: ({ number }) => ({
    title: `주문 ${number}을(를) 확인하고 있습니다`,
    body: '처리 중에 문제가 있어 저희가 살펴보고 있습니다. 따로 하실 일은 없습니다.',
  }),
};

interface NoticeTexts extends Readonly<Record<OrderNoticeKind, OrderText>> {
  readonly WELCOME: NoticeText;
  readonly ORDER_AWAITING_FUNDS: FundsText;
  readonly ORDER_REFUNDED: RefundText;
  readonly BACK_IN_STOCK: ProductText;
}

/** Without a name: what is kept about a customer must still be right when they have closed their account. */
export const noticeTexts: Readonly<Record<Locale, NoticeTexts>> = {
  en: {
    ...english,
    WELCOME: { title: 'Welcome', body: 'Your account is open. News about your orders will appear here.' },
    ORDER_AWAITING_FUNDS: ({ number, total, dueAt }) => ({
      title: `Order ${number} waits for your payment`,
      body: `We keep your items until ${dayIn('en')(dueAt)}. Please pay ${inEnglish(total)} by then, and name the order's number.`,
    }),
    ORDER_REFUNDED: ({ number, amount }) => ({
      title: `Refund for order ${number}`,
      body: `We have returned ${inEnglish(amount)} to you. Banks take up to ten days to show it on your account.`,
    }),
    BACK_IN_STOCK: (name) => ({
      title: `${name} is back in stock`,
      body: 'You asked us to tell you. None is set aside for you, so it may sell out again.',
    }),
  },
  ko: {
    ...korean,
    WELCOME: { title: '환영합니다', body: '계정이 만들어졌습니다. 주문 소식을 여기에서 알려 드립니다.' },
    ORDER_AWAITING_FUNDS: ({ number, total, dueAt }) => ({
      title: `주문 ${number}의 입금을 기다리고 있습니다`,
      body: `${dayIn('ko')(dueAt)}까지 상품을 맡아 둡니다. 그때까지 주문 번호를 적어 ${inKorean(total)}을 결제해 주세요.`,
    }),
    ORDER_REFUNDED: ({ number, amount }) => ({
      title: `주문 ${number}의 환불 안내`,
      body: `${inKorean(amount)}을 환불해 드렸습니다. 은행에 따라 계좌에 반영되기까지 최대 10일이 걸릴 수 있습니다.`,
    }),
    BACK_IN_STOCK: (name) => ({
      title: `재입고 알림: ${name}`,
      body: '알림을 신청하신 상품이 다시 입고되었습니다. 따로 맡아 두지 않으므로 다시 품절될 수 있습니다.',
    }),
  },
};
