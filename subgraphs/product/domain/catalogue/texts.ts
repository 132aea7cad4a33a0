/** The words of the catalogue, with the bounds that every way in checks. */
import { z } from 'zod';
import { type Localized, languages, localized } from '#contracts/language.ts';
import { type OneLine, oneLine } from '#contracts/one-line.ts';

// Lone surrogates cannot be stored; with bidirectional controls a text could rearrange the page around it.
const isShowable = (text: string): boolean => text.isWellFormed() && !/[\u202a-\u202e\u2066-\u2069]/.test(text);
const notShowable = 'has characters that cannot be shown';

/** Text for people: one line, as everybody's (`oneLine`). */
export const line = (longest: number) =>
  z.string().transform((typed, context) => {
    const given = oneLine(typed, longest);
    if ('text' in given && given.text !== '') return given.text;
    context.addIssue({ code: 'custom', message: faultOf(given, longest) });
    return z.NEVER;
  });

const faultOf = (given: OneLine, longest: number): string => {
  if ('text' in given) return 'is empty';
  return given.fault === 'TOO_LONG' ? `is longer than ${longest} characters` : 'is no line of visible text';
};

export const paragraphs = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .regex(/^[\P{Cc}\n]*$/u, 'has control characters other than line ends')
    .refine(isShowable, notShowable);

// 100 characters: the longest that is still read in an address bar.
const longestSlug = 100;

/** Name in web addresses: words of any script in lower case, joined by single hyphens; in NFC, so that it is one name. */
export const Slug = z
  .string()
  .max(longestSlug)
  .regex(/^[\p{Ll}\p{Lo}\p{Nd}]+(-[\p{Ll}\p{Lo}\p{Nd}]+)*$/u, 'is not a slug')
  .refine((slug) => slug.normalize('NFC') === slug, 'is not a slug in Unicode normalization form C');

/** A slug that says the title; `undefined` for one of signs alone. */
export const slugOf = (title: string): string | undefined => {
  const words = title
    .toLowerCase()
    .normalize('NFC')
    .replaceAll(/[\p{M}'’]/gu, '')
    .split(/[^\p{Ll}\p{Lo}\p{Nd}]+/u)
    .filter((word) => word !== '');
  // Room for the number that a second product of the same title gets; only a title of one endless word is cut within it.
  const most = longestSlug - 4;
  let slug = (words.shift() ?? '').slice(0, most);
  for (const word of words) {
    if (slug.length + 1 + word.length > most) break;
    slug += `-${word}`;
  }
  return Slug.safeParse(slug).success ? slug : undefined;
};

/** Stock keeping unit: name in the warehouse. */
export const Sku = z
  .string()
  .max(50)
  .regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/, 'is not a sku');

/** Name of an attribute, an option or one of its values, for machines: it does not change with the language. */
export const Code = z
  .string()
  .max(50)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not a code of lower-case letters, digits and hyphens');

/** What search engines show; without it they take the title and the description. */
const seo = { seoTitle: line(120).optional(), seoDescription: line(320).optional() };

const ProductText = z.object({ title: line(200), description: paragraphs(5_000), ...seo });
export type ProductText = z.infer<typeof ProductText>;
export const ProductTexts = localized(ProductText);
export type ProductTexts = z.infer<typeof ProductTexts>;

const CategoryText = z.object({ name: line(100), description: paragraphs(2_000).optional(), ...seo });
export type CategoryText = z.infer<typeof CategoryText>;
export const CategoryTexts = localized(CategoryText);
export type CategoryTexts = z.infer<typeof CategoryTexts>;

/** A name in several languages. */
export const Name = localized(line(200));
export type Name = z.infer<typeof Name>;

export const titlesOf = (texts: Localized<Pick<ProductText, 'title'>>): Localized =>
  Object.fromEntries(Object.entries(texts).map(([language, { title }]) => [language, title]));

export const namesOf = (texts: Localized<Pick<CategoryText, 'name'>>): Localized =>
  Object.fromEntries(Object.entries(texts).map(([language, { name }]) => [language, name]));

/** What is the same in every language, such as a brand. */
export const everywhere = (text: string): Localized =>
  Object.fromEntries(languages.map((language) => [language, text]));
