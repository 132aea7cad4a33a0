import type { z } from 'zod';
import { oneLine } from '#contracts/one-line.ts';

/** A customer's name as shown on pages and in mails: it must not be able to break either. */
export type DisplayName = string & z.$brand<'DisplayName'>;

// 80: longer than names are, short enough for one line of a page or a mail.
const longest = 80;

/** The normalized name; `undefined` when it is not acceptable. */
export const parseDisplayName = (text: string): DisplayName | undefined => {
  const name = oneLine(text, longest);
  return 'text' in name && name.text ? (name.text as DisplayName) : undefined;
};
