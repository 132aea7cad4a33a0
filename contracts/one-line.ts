/** Text that somebody typed and that is shown on one line: of a page, a mail, a parcel. It must not be able to break it. */

// Control characters and line breaks would break a line; lone surrogates cannot be stored; the rest are bidirectional
// controls, with which a text could rearrange what is around it.
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
// Only zero-width characters and blanks would be invisible; so are some letters, such as the Hangul filler, and the braille
// pattern without dots.
const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

export type OneLine = { readonly text: string } | { readonly fault: 'TOO_LONG' | 'INVALID_CHARACTERS' };

/** Trimmed, in NFC, with single spaces; nothing but blanks gives the empty text. `longest` counts code points. */
export const oneLine = (typed: string, longest: number): OneLine => {
  // Before anything is done with a megabyte; four times, for what shrinks: blanks, and letters of several characters.
  if (typed.length > 4 * longest) return { fault: 'TOO_LONG' };
  const text = typed
    .trim()
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ');
  if (text === '') return { text };
  if (forbidden.test(text) || !visible.test(text)) return { fault: 'INVALID_CHARACTERS' };
  return [...text].length <= longest ? { text } : { fault: 'TOO_LONG' };
};
