/** A mail as text and HTML, from its facts. Pure: the token was made before. */
import type { Locale } from '../account/locale.ts';
import type { ClaimedDelivery } from './delivery.ts';
import type { MailKind, MailParams } from './mail-kinds.ts';
import { en } from './texts/en.ts';
import { ko } from './texts/ko.ts';
import type { MailText, MailTexts } from './texts/text.ts';

const texts: Readonly<Record<Locale, MailTexts>> = { en, ko };

/** What all mails of a shop have in common. */
export interface Shop {
  readonly name: string;
  /** Where links lead; without it mails name the mutation instead. */
  readonly url: string | undefined;
  /** How it is paid by transfer or on delivery, in the shop's own words; in mails that ask for that. */
  readonly paymentInstructions?: string | undefined;
}

export interface Mail {
  readonly messageId: string;
  readonly kind: MailKind;
  /** The same at each attempt, as the Message-ID is. */
  readonly date: Date;
  readonly to: { readonly address: string; readonly name: string | undefined };
  readonly locale: Locale;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** One click there ends mails of this kind (RFC 8058). */
  readonly unsubscribeUrl: string | undefined;
}

interface Extras {
  readonly shop: Shop;
  /** The secret of a kind that carries one. */
  readonly token: string | undefined;
  readonly unsubscribeUrl: string | undefined;
}

export const composeMail = (
  { kind, params, messageId, createdAt }: ClaimedDelivery,
  { email, name, locale }: NonNullable<ClaimedDelivery['recipient']>,
  { shop, token, unsubscribeUrl }: Extras,
): Mail => {
  const language = texts[locale];
  const text = wordsOf(language, kind, params, shop.name);
  const link = linkOf(text, shop, token);
  // Without a link the mail is for whoever tries out the graph by hand: there the token alone is what they need.
  const instead = !link && text.action?.mutation && token ? [language.withoutLink(text.action.mutation, token)] : [];
  const instructions = kind === 'ORDER_AWAITING_FUNDS' ? shop.paymentInstructions?.split('\n') : undefined;
  const parts: Parts = {
    greeting: language.greeting(name),
    paragraphs: [...text.paragraphs, ...(instructions ?? []), ...instead],
    link,
    notes: text.notes ?? [],
    unsubscribe: unsubscribeUrl ? { label: language.unsubscribe, url: unsubscribeUrl } : undefined,
    sentBy: language.sentBy(shop.name),
  };
  return {
    ...{
      messageId,
      kind,
      date: createdAt,
      to: { address: email, name },
      locale,
      subject: text.subject,
      unsubscribeUrl,
    },
    text: asText(parts),
    html: asHtml(parts, { subject: text.subject, locale }),
  };
};

/** The compiler cannot know that `params` are those of `kind`; the type of a delivery says so. */
const wordsOf = <K extends MailKind>(language: MailTexts, kind: K, params: MailParams[K], shop: string): MailText =>
  (language.kinds[kind] as (params: MailParams[K], shop: string) => MailText)(params, shop);

interface Link {
  readonly label: string;
  readonly url: string;
}

const linkOf = ({ action }: MailText, shop: Shop, token: string | undefined): Link | undefined => {
  if (!action || !shop.url) return undefined;
  const url = new URL(shop.url);
  // A shop may live below a path: https://example.com/shop.
  url.pathname = `${url.pathname.replace(/\/$/, '')}${action.path}`;
  if (token) url.searchParams.set('token', token);
  return { label: action.label, url: url.href };
};

interface Parts {
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly link: Link | undefined;
  readonly notes: readonly string[];
  readonly unsubscribe: Link | undefined;
  readonly sentBy: string;
}

const asText = ({ greeting, paragraphs, link, notes, unsubscribe, sentBy }: Parts): string =>
  `${[
    greeting,
    ...paragraphs,
    ...(link ? [`${link.label}:\n${link.url}`] : []),
    ...notes,
    // "-- " begins a signature, which mail programs show apart.
    `-- \n${[sentBy, ...(unsubscribe ? [`${unsubscribe.label}: ${unsubscribe.url}`] : [])].join('\n')}`,
  ].join('\n\n')}\n`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;

// Tables and styles within the tags: mail programs drop style sheets, and know the HTML of twenty years ago.
const page = 'margin:0 auto;max-width:36em;padding:24px;font:16px/1.5 sans-serif;color:#222';
const button =
  'display:inline-block;padding:10px 18px;border-radius:6px;background:#1a5fb4;color:#fff;text-decoration:none';
const small = 'margin-top:32px;font-size:13px;color:#666';

const asHtml = (
  { greeting, paragraphs, link, notes, unsubscribe, sentBy }: Parts,
  { subject, locale }: { subject: string; locale: Locale },
): string =>
  [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head>`,
    `<body style="${page}">`,
    ...[greeting, ...paragraphs].map(paragraph),
    ...(link ? [`<p><a href="${escaped(link.url)}" style="${button}">${escaped(link.label)}</a></p>`] : []),
    ...notes.map(paragraph),
    `<p style="${small}">${escaped(sentBy)}${unsubscribe ? ` <a href="${escaped(unsubscribe.url)}">${escaped(unsubscribe.label)}</a>` : ''}</p>`,
    '</body></html>',
    '',
  ].join('\n');
