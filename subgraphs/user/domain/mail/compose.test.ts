import { describe, expect, test } from 'vitest';
import type { Email } from '#contracts/email.ts';
import { type Locale, locales } from '../account/locale.ts';
import { composeMail, type Shop } from './compose.ts';
import type { ClaimedDelivery } from './delivery.ts';
import { mailExamples } from './examples.ts';
import { type MailKind, mailKinds } from './mail-kinds.ts';

const shop: Shop = { name: 'Agora', url: 'https://shop.example/store' };
const kinds = Object.keys(mailKinds) as MailKind[];

interface Changes {
  readonly name?: string;
  readonly locale?: Locale;
  readonly url?: string | undefined;
  readonly params?: object;
  readonly instructions?: string;
}

const compose = (kind: MailKind, changes: Changes = {}) => {
  const { name = 'Ada', locale = 'en', params = mailExamples[kind] } = changes;
  const url = 'url' in changes ? changes.url : shop.url;
  return composeMail(
    { kind, params, messageId: '<dlv_1@shop.example>', createdAt: new Date(0) } as unknown as ClaimedDelivery,
    { email: 'ada@example.com' as Email, name, locale },
    {
      shop: { ...shop, url, paymentInstructions: changes.instructions },
      token: mailKinds[kind].token && 'a-token',
      unsubscribeUrl: undefined,
    },
  );
};

describe.each(locales)('in %s', (locale) => {
  test.each(kinds)('%s has a subject of one line, text, and the same words in HTML', (kind) => {
    const { subject, text, html } = compose(kind, { locale });
    expect(subject).toMatch(/^[^\r\n]{3,120}$/);
    expect(text).not.toMatch(/undefined|null|\[object/);
    expect(html).not.toMatch(/undefined|null|\[object/);
    expect(html).toContain(`lang="${locale}"`);
    for (const line of text.split('\n').filter((it) => it && !it.startsWith('--') && !it.endsWith(':')))
      expect(html.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code))).toContain(line);
  });
});

test('the texts of the languages differ everywhere', () => {
  for (const kind of kinds) expect(compose(kind).subject).not.toBe(compose(kind, { locale: 'ko' }).subject);
});

test('links lead below the shop’s address, with the token of this mail', () => {
  expect(compose('VERIFY_EMAIL').text).toContain('https://shop.example/store/verify-email?token=a-token');
  expect(compose('ORDER_CONFIRMED').html).toContain('href="https://shop.example/store/orders/AG-7K3M-9QXT"');
  expect(compose('ALREADY_REGISTERED').text).not.toContain('token');
});

test('who pays by transfer reads where to, in the words of the shop', () => {
  const instructions = 'Account <DE02 1203>\nBank of Agora';
  const asked = compose('ORDER_AWAITING_FUNDS', { instructions });
  expect(asked.text).toContain('Account <DE02 1203>\n\nBank of Agora');
  expect(asked.html).toContain('<p>Account &#60;DE02 1203&#62;</p>');
  expect(asked.text).toContain('December 3, 2026');
  for (const kind of kinds.filter((it) => it !== 'ORDER_AWAITING_FUNDS'))
    expect(compose(kind, { instructions }).text).not.toContain('DE02');
});

test('without a front end, a mail names the mutation and its token', () => {
  for (const kind of kinds.filter((it) => mailKinds[it].token)) {
    const { text, html } = compose(kind, { url: undefined });
    expect(text).toMatch(/mutation (verifyEmail|resetPassword|confirmEmailChange): a-token/);
    expect(html).not.toContain('href');
  }
});

test.each([
  '<script>alert(1)</script>',
  '" onmouseover="x',
  "'><img src=x>",
  '&lt;b&gt;',
  'https://evil.example/<a href=x>',
])('no name or device can break the HTML: %j', (text) => {
  const { html } = compose('NEW_SIGN_IN', { name: text, params: { device: text } });
  // Nothing but our own elements, whatever the name is.
  const plain = compose('NEW_SIGN_IN', { name: 'x', params: { device: 'x' } }).html;
  expect(html.match(/<[^>]*>/g)).toEqual(plain.match(/<[^>]*>/g));
  expect(html).not.toContain(text.includes('<') || text.includes('"') ? text : '<nothing>');
});
