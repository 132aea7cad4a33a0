/** The languages that this service writes to customers in. */
export const locales = ['en', 'ko'] as const;
export type Locale = (typeof locales)[number];

/** What somebody is written to in who has not said. */
export const defaultLocale: Locale = 'en';

/** The language of a tag such as `ko-KR`; `undefined` for one that there are no texts in. */
export const parseLocale = (tag: string): Locale | undefined =>
  locales.find((locale) => locale === tag.toLowerCase().split('-')[0]);
