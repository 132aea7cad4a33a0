/**
 * Card numbers never enter the system: customers type them into the provider's own fields, and we see tokens. What looks
 * like one anyway is refused where it could go to payment, and masked in logs.
 *
 * A number looks like a card's when it has the first digits and the length of an issuer and a correct check digit (Luhn). Without
 * the issuers one in ten time stamps, snowflake ids and EANs would, too.
 */
import { CallerFault } from './result.ts';

// ISO/IEC 7812 issuers and the lengths that they use. 13 digits, of Visa's and Maestro's only, are their oldest cards.
const issuers: readonly (readonly [name: string, form: RegExp])[] = [
  ['Visa', /^4(?:\d{12}|\d{15}|\d{17,18})$/],
  ['Mastercard', /^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d*$/],
  ['American Express', /^3[47]\d{13}$/],
  ['Diners Club', /^3(?:0[0-59]|[689]\d)\d{11,16}$/],
  ['JCB', /^35(?:2[89]|[3-8]\d)\d{12,15}$/],
  ['Maestro, Discover, UnionPay, RuPay', /^(?:50|5[6-9]|6\d|8[12])\d{11,17}$/],
  ['Mir', /^220[0-4]\d{12,15}$/],
  // Korean cards that are valid at home only.
  ['domestic', /^9\d{15}$/],
];

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const weighted = place % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
};

const isCardNumber = (digits: string): boolean =>
  digits.length >= 13 && digits.length <= 19 && issuers.some(([, form]) => form.test(digits)) && passesLuhn(digits);

// Blanks, hyphens and dots as people and spreadsheets put them.
const separator = '[ \\u00a0\\u2007\\u2009\\u202f.\\-\\u2010-\\u2015]';
// In one piece, in fours, or as printed on the shorter cards. Other groups are dates, telephone numbers and UUIDs.
const grouped = new RegExp(
  `(?<![0-9A-Za-z])(?:\\d{4}(?:${separator}\\d{4}){2}${separator}\\d{1,4}(?:${separator}\\d{1,3})?|\\d{4}${separator}\\d{6}${separator}\\d{4,5})(?![0-9A-Za-z])`,
  'g',
);
// A word of nothing but hexadecimal digits, letters among them, is an id or a digest.
const word = /[0-9A-Za-z]{13,}/g;
const isHexadecimal = /^(?=.*[a-f])[0-9a-f]+$/i;
const run = /(?<!\d)\d{13,19}(?!\d)/g;

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The last four digits are what customers and their banks know a card by. */
const masked = (found: string): string => {
  const digits = digitsOf(found);
  return isCardNumber(digits) ? `[card number …${digits.slice(-4)}]` : found;
};

/** The text with only the last four digits of what looks like a card number. */
export const maskCardNumbers = (text: string): string =>
  text.replace(word, (it) => (isHexadecimal.test(it) ? it : it.replace(run, masked))).replace(grouped, masked);

/** Refuses a text that could go to payment. The message does not repeat it: errors are shown and logged. */
export const refuseCardNumber = (text: string, name: string): void => {
  if (hasCardNumber(text))
    throw new CallerFault(
      'CARD_NUMBER',
      `${name} looks like a card number. Cards are entered at the payment provider only.`,
    );
};

const allSeparators = new RegExp(separator, 'g');

/** Whether something in the text looks like a card number, or all of it does, however its digits are grouped or how wide they are. */
export const hasCardNumber = (text: string): boolean => {
  const plain = text.normalize('NFKC');
  return maskCardNumbers(plain) !== plain || isCardNumber(plain.replace(allSeparators, ''));
};
