import { z } from 'zod';

/** An address in its one spelling: trimmed, in lower case. */
export type Email = z.infer<typeof Email>;

// 254: the longest address that SMTP can carry (RFC 5321, with erratum 1690).
const longest = 254;

const Email = z.email().max(longest).brand<'Email'>();

/** The address as we keep it; `undefined` when it is none. Only its form is checked here, not that somebody reads it. */
export const parseEmail = (text: string): Email | undefined => {
  // Before anything else, so that no pattern is run over a megabyte; twice, for blanks around it.
  if (text.length > 2 * longest) return undefined;
  return Email.safeParse(text.trim().toLowerCase()).data;
};
