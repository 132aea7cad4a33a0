/**
 * What a customer says beside what they buy: whom to write to, where to send it, a note. All of it is personal data: it is in no
 * message and no log, and erased with the account.
 */
import type { PostalAddress } from '#contracts/addresses/address.ts';
import type { Email } from '#contracts/email.ts';
import { oneLine } from '#contracts/one-line.ts';

export type { PostalAddress } from '#contracts/addresses/address.ts';
export type { WordedFault } from '#contracts/addresses/invalid-address.ts';

export interface CustomerDetails {
  /** Beside the account's own, which is not known here. */
  readonly contactEmail: Email | null;
  readonly shippingAddress: PostalAddress | null;
  /** Null: the shipping address. */
  readonly billingAddress: PostalAddress | null;
  readonly note: string | null;
  readonly giftMessage: string | null;
}

export const noDetails: CustomerDetails = {
  contactEmail: null,
  shippingAddress: null,
  billingAddress: null,
  note: null,
  giftMessage: null,
};

export const hasDetails = (details: CustomerDetails): boolean =>
  Object.keys(noDetails).some((name) => details[name as keyof CustomerDetails] !== null);

export const detailsOf = ({
  contactEmail,
  shippingAddress,
  billingAddress,
  note,
  giftMessage,
}: CustomerDetails): CustomerDetails => ({ contactEmail, shippingAddress, billingAddress, note, giftMessage });

// 1,000: what somebody at a packing table reads. 500: what fits on a card.
export const textLimits = { note: 1_000, giftMessage: 500 } as const;

/** Some lines of text, each as `oneLine` has it; null for nothing. Undefined when it is too long or cannot be shown. */
export const linesOfText = (typed: string, longest: number): string | null | undefined => {
  // Before anything is done with a megabyte; four times, as `oneLine` does.
  if (typed.length > 4 * longest) return undefined;
  const lines: string[] = [];
  for (const line of typed.split(/\r\n?|\n/)) {
    const read = oneLine(line, longest);
    if (!('text' in read)) return undefined;
    lines.push(read.text);
  }
  const text = lines.join('\n').replace(/^\n+|\n+$/g, '');
  if ([...text].length > longest) return undefined;
  return text || null;
};

/** Of a guest and of the user who it turned out to be: what the guest has said is the latest. */
export const mergeDetails = (guests: CustomerDetails, users: CustomerDetails): CustomerDetails => ({
  contactEmail: guests.contactEmail ?? users.contactEmail,
  shippingAddress: guests.shippingAddress ?? users.shippingAddress,
  billingAddress: guests.billingAddress ?? users.billingAddress,
  note: guests.note ?? users.note,
  giftMessage: guests.giftMessage ?? users.giftMessage,
});
