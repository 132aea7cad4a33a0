import type { Locale } from '../../account/locale.ts';
import { type NoticeText, nameIn, type RestockedVariant } from '../../notification/notice-texts.ts';
import type { MailKind, MailParams, OrderParams } from '../mail-kinds.ts';

/** A mail's words. Each paragraph is one line of plain text: the layout escapes it for HTML. */
export interface MailText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** The one thing to do, as a link into the shop. */
  readonly action?: {
    readonly label: string;
    /** Below SHOP_URL; a mail's token is added to it. */
    readonly path: string;
    /** What the link's page calls, for a shop without a front end. */
    readonly mutation?: string;
  };
  /** Below the link: what to do when one has not asked for this mail. */
  readonly notes?: readonly string[];
}

export interface MailTexts {
  readonly greeting: (name: string | undefined) => string;
  readonly kinds: { readonly [Kind in MailKind]: (params: MailParams[Kind], shop: string) => MailText };
  /** Where the shop has no address to link to. */
  readonly withoutLink: (mutation: string, token: string) => string;
  readonly unsubscribe: string;
  /** The last line of every mail. */
  readonly sentBy: (shop: string) => string;
}

/** A mail that says of an order what the notification in the shop says. */
export const about =
  <Params extends OrderParams>(notice: (order: Params) => NoticeText, label: string) =>
  (order: Params): MailText => {
    const { title, body } = notice(order);
    return { subject: title, paragraphs: [body], action: { label, path: `/orders/${order.number}` } };
  };

/** The same of a product. */
export const aboutProduct =
  (locale: Locale, notice: (name: string) => NoticeText, label: string) =>
  (variant: RestockedVariant): MailText => {
    const { title, body } = notice(nameIn(variant, locale));
    return { subject: title, paragraphs: [body], action: { label, path: `/products/${variant.slug}` } };
  };
