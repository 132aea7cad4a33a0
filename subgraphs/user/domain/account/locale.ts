import { type Language, languages } from '#contracts/language.ts';

/** The languages that this service writes to customers in: the shop's. */
export const locales = languages;
export type Locale = Language;

/** What somebody is written to in who has not said, unless the shop has another language (SHOP_DEFAULT_LANGUAGE). */
export const defaultLocale: Locale = 'en';

// As in BCP 47: a language, then what narrows it.
const tagForm = /^([a-z]{2,8})(?:-[a-z\d]{1,8})*$/i;

/** The language of a tag such as `ko-KR`; `undefined` for one that there are no texts in, and for what is no tag. */
export const parseLocale = (tag: string): Locale | undefined => {
  const language = tagForm.exec(tag)?.[1]?.toLowerCase();
  return locales.find((locale) => locale === language);
};
