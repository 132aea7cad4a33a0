/** Email addresses: the user subgraph identifies accounts by them, and the gateway counts guesses by them. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { z } from 'zod';

/** An address in canonical form: trimmed, in lower case, its domain in ASCII. */
export type Email = z.infer<typeof Email>;

// 254: the longest address that SMTP can carry (RFC 5321, with erratum 1690).
const longest = 254;

// As zod's own pattern but for the lengths (64 before the @: RFC 5321) and the domain: labels of at most 63, and a last one that may be encoded (`.рф` is `.xn--p1ai`).
const form =
  /^(?!\.)(?!.*\.\.)[a-z0-9_'+.-]{0,63}[a-z0-9_+-]@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/;

const Email = z.email({ pattern: form }).max(longest).brand<'Email'>();

/** The canonical address; `undefined` if the text is not an address. Only its form is checked. */
export const parseEmail = (text: string): Email | undefined => {
  // Before anything else, so that no pattern is run over a megabyte; twice, for blanks around it.
  if (text.length > 2 * longest) return undefined;
  const typed = narrow(text.trim()).toLowerCase();
  const at = typed.lastIndexOf('@');
  // Otherwise a domain alone would be taken for both halves.
  if (at < 0) return undefined;
  // Before the @ there is ASCII only: other letters there need servers that speak SMTPUTF8, and few do.
  return Email.safeParse(`${typed.slice(0, at)}@${asciiDomain(typed.slice(at + 1))}`).data;
};

/** East Asian keyboards have ASCII in full width, the @ too. */
const narrow = (text: string): string =>
  text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

// Registries take no such names, because their letters look alike. Typed by mistake (a Cyrillic а in `example`), they would
// make an account that no mail reaches.
const scriptsThatLookAlike = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];
const mixesScripts = (domain: string): boolean =>
  domain.split(/[.。．｡]/u).some((label) => scriptsThatLookAlike.filter((script) => script.test(label)).length > 1);

// Letters, digits and what joins them, between dots (some keyboards have others). Checked first, because Node's functions
// read a host of a URL: they decode `%41`, and drop whatever follows a slash.
const internationalDomain = /^(?!-)(?:[\p{L}\p{N}\p{M}\p{Join_Control}·・]|-(?![.。．｡]|$)|[.。．｡](?!-))+$/u;

/** `exämple.de` and `xn--exmple-cua.de` are the same (IDNA, as browsers do it); nothing when it is neither. */
const asciiDomain = (typed: string): string => {
  if (!internationalDomain.test(typed) || mixesScripts(typed)) return '';
  const ascii = domainToASCII(typed);
  if (!ascii.includes('xn--')) return ascii;
  // What was typed encoded already has to be the code of what could have been typed plainly.
  const plain = domainToUnicode(ascii);
  return internationalDomain.test(plain) && !mixesScripts(plain) && domainToASCII(plain) === ascii && plain !== ascii
    ? ascii
    : '';
};
