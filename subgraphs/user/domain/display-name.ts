import type { z } from 'zod';

/** What to call a customer: shown on pages and in mails, so it must not be able to disturb either. */
export type DisplayName = string & z.$brand<'DisplayName'>;

// 80: longer than names are, short enough for one line of a page or a mail.
const longest = 80;

// Control characters and line ends would break a line; halves of a pair cannot be stored; the rest are the marks
// that turn the direction of writing, with which a name could rearrange the text around it.
const disturbing = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
// Zero-width characters and blanks alone are a name that nobody can see.
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The name as we keep it; `undefined` when it cannot be one. */
export const parseDisplayName = (text: string): DisplayName | undefined => {
  const name = text.trim().normalize('NFC');
  const fits = [...name].length <= longest && visible.test(name) && !disturbing.test(name);
  return fits ? (name as DisplayName) : undefined;
};
