import type { z } from 'zod';

/** A customer's name as shown on pages and in mails: it must not be able to break either. */
export type DisplayName = string & z.$brand<'DisplayName'>;

// 80: longer than names are, short enough for one line of a page or a mail.
const longest = 80;

// Control characters and line breaks would break a line; lone surrogates cannot be stored; the rest are bidirectional
// controls, with which a name could rearrange the text around it.
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
// A name of only zero-width characters and blanks would be invisible.
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The normalized name; `undefined` when it is not acceptable. */
export const parseDisplayName = (text: string): DisplayName | undefined => {
  const name = text.trim().normalize('NFC');
  const fits = [...name].length <= longest && visible.test(name) && !forbidden.test(name);
  return fits ? (name as DisplayName) : undefined;
};
