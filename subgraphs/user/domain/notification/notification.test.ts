import { describe, expect, test } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { locales } from '../account/locale.ts';
import { noticeTexts, type OrderNoticeKind } from './notice-texts.ts';
import { type Addressee, aGuest, contentOf, mailOf, type Notice, notificationChannels } from './notification.ts';

const order = {
  orderId: namedId('Order', '1'),
  number: 'AG-7K3M-9QXT',
  customerId: namedId('User', 'ada'),
  total: { amount: 4_999, currency: 'EUR' as const },
};
const ada: Addressee = { customerId: order.customerId, locale: 'en', isVerified: true, isClosed: false, optedOut: [] };
const orderKinds = Object.keys(notificationChannels).filter(
  (kind) => kind.startsWith('ORDER_') && kind !== 'ORDER_REFUNDED' && kind !== 'ORDER_AWAITING_FUNDS',
) as OrderNoticeKind[];
const lamp: Notice = {
  kind: 'BACK_IN_STOCK',
  customerId: ada.customerId,
  productId: namedId('Product', 'lamp'),
  variantId: namedId('Variant', 'LAMP-RED'),
  slug: 'lamp',
  titles: { en: 'Lamp', ko: '램프' },
  variantTitles: { en: 'Red' },
};

describe.each(locales)('in %s', (locale) => {
  test.each(orderKinds)('%s is addressed to the customer and names the order', (kind) => {
    const content = contentOf({ kind, ...order }, { ...ada, locale });
    expect(content).toMatchObject({ customerId: order.customerId, kind, orderId: order.orderId, isHidden: false });
    expect(content.title).toContain('AG-7K3M-9QXT');
  });

  test('a welcome names nobody', () => {
    expect(contentOf({ kind: 'WELCOME', customerId: namedId('User', 'ada') }, { ...ada, locale })).toMatchObject({
      ...noticeTexts[locale].WELCOME,
      orderId: null,
    });
  });
});

test.each([
  ['en', 'EUR', 4_999, '€49.99'],
  ['en', 'KRW', 51_900, '₩51,900'],
  ['ko', 'EUR', 123_456, '€1,234.56'],
  ['ko', 'KRW', 51_900, '51,900원'],
] as const)('in %s, an amount of %s is written as people write it', (locale, currency, amount, written) => {
  const paid = { ...order, total: { amount, currency } };
  expect(contentOf({ kind: 'ORDER_CONFIRMED', ...paid }, { ...ada, locale }).body).toContain(written);
});

test.each([
  ['en', '€12.50'],
  ['ko', '€12.50'],
] as const)('in %s, a refund is told and mailed with what went back, not with the total', (locale, written) => {
  const notice = { kind: 'ORDER_REFUNDED', ...order, amount: { amount: 1_250, currency: 'EUR' } } as const;
  const { title, body } = contentOf(notice, { ...ada, locale });
  expect(title).toContain('AG-7K3M-9QXT');
  expect(body).toContain(written);
  expect(mailOf(notice, 'msg_1', ada)).toMatchObject({ kind: 'ORDER_REFUNDED', params: { amount: notice.amount } });
  const off = { ...ada, optedOut: [{ kind: 'ORDER_REFUNDED' as const, channel: 'EMAIL' as const }] };
  expect(mailOf(notice, 'msg_1', off)).toBeUndefined();
});

test.each([
  ['en', '€49.99', 'December 3, 2026'],
  ['ko', '€49.99', '2026년 12월 3일'],
] as const)(
  'in %s, a customer who pays by transfer is told and mailed how much, and until when',
  (locale, total, day) => {
    const notice = { kind: 'ORDER_AWAITING_FUNDS', ...order, dueAt: '2026-12-03T23:30:00.000Z' } as const;
    const { title, body } = contentOf(notice, { ...ada, locale });
    expect(title).toContain('AG-7K3M-9QXT');
    for (const part of [total, day]) expect(body).toContain(part);
    expect(mailOf(notice, 'msg_1', ada)).toMatchObject({ kind: notice.kind, params: { dueAt: notice.dueAt } });
  },
);

test('goes to whom the guest has become', () => {
  const guest = namedId('Guest', 'g');
  expect(contentOf({ kind: 'ORDER_PLACED', ...order, customerId: guest }, ada).customerId).toBe(ada.customerId);
});

describe('mail', () => {
  test.each(orderKinds)('%s is mailed if its table says so, unless the customer has switched that off', (kind) => {
    const isMailed = notificationChannels[kind].includes('EMAIL');
    const mail = mailOf({ kind, ...order }, 'msg_1', ada);
    expect(mail?.kind).toBe(isMailed ? kind : undefined);
    const off = { ...ada, optedOut: [{ kind, channel: 'EMAIL' as const }] };
    expect(mailOf({ kind, ...order }, 'msg_1', off)).toBeUndefined();
    expect(contentOf({ kind, ...order }, off).isHidden).toBe(false);
  });

  test('a welcome is mailed to an address that is verified', () => {
    const notice = { kind: 'WELCOME', customerId: namedId('User', 'ada') } as const;
    expect(mailOf(notice, 'msg_1', ada)).toMatchObject({ kind: 'WELCOME' });
    expect(mailOf(notice, 'msg_1', { ...ada, isVerified: false })).toBeUndefined();
  });

  test('that something is in stock again is mailed to an address that is verified, unless that is switched off', () => {
    expect(mailOf(lamp, 'msg_1', ada)).toMatchObject({ kind: 'BACK_IN_STOCK', params: { slug: 'lamp' } });
    expect(mailOf(lamp, 'msg_1', { ...ada, isVerified: false })).toBeUndefined();
    const off = { ...ada, optedOut: [{ kind: 'BACK_IN_STOCK' as const, channel: 'EMAIL' as const }] };
    expect(mailOf(lamp, 'msg_1', off)).toBeUndefined();
  });

  test('there is none for a guest', () => {
    const guest = namedId('Guest', 'g');
    expect(
      mailOf({ kind: 'ORDER_CONFIRMED', ...order, customerId: guest }, 'msg_1', aGuest(guest, 'en')),
    ).toBeUndefined();
  });
});

test('what a customer does not want in the shop is kept, and hidden', () => {
  const off = { ...ada, optedOut: [{ kind: 'ORDER_PLACED' as const, channel: 'IN_APP' as const }] };
  expect(contentOf({ kind: 'ORDER_PLACED', ...order }, off).isHidden).toBe(true);
});

test.each([
  ['en', 'Lamp (Red) is back in stock', lamp],
  // The shop's own language where there is no translation.
  ['ko', '재입고 알림: 램프 (Red)', lamp],
  ['en', 'Lamp is back in stock', { ...lamp, variantTitles: { en: 'Lamp' } }],
] as const)('in %s the notice is "%s"', (locale, title, notice) => {
  expect(contentOf(notice, { ...ada, locale })).toMatchObject({ title, productId: lamp.productId, orderId: null });
});
