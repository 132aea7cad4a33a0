/** What staff type to find somebody: the beginning of an e-mail address, or of words of the name. */

export interface UserSearch {
  /** An address begins with it: in lower case, as addresses are stored. */
  readonly emailPrefix: string;
  /** The name has, for each of these, a word that begins with it. None: only the address counts. */
  readonly wordPrefixes: readonly string[];
}

// 100: longer than what anybody types, and most of an address.
export const longestSearch = 100;

/** Undefined for blanks, which search for nothing. */
export const parseUserSearch = (text: string): UserSearch | undefined => {
  const typed = text.trim().normalize('NFC');
  if (typed === '') return undefined;
  return { emailPrefix: typed.toLowerCase(), wordPrefixes: typed.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [] };
};
