/** The languages of the shop, and text that exists in several of them. */
import { z } from 'zod';

/** ISO 639 codes. */
export const languages = ['en', 'ko'] as const;
export const Language = z.enum(languages);
export type Language = z.infer<typeof Language>;

/** The same thing in one language or more. */
export type Localized<T = string> = { readonly [L in Language]?: T };

/** Of what is localized: at least one language, and each translation as `translation` says. */
export const localized = <T extends z.ZodType>(translation: T) =>
  z
    .partialRecord(Language, translation)
    .refine((texts) => Object.values(texts).some((text) => text !== undefined), 'has no language');

/** In the language that is asked for; else in the shop's own; else in whichever there is. */
export const inLanguage = <T>(texts: Localized<T>, asked: Language, shopLanguage: Language): T => {
  const found = [asked, shopLanguage, ...languages]
    .map((language) => texts[language])
    .find((text) => text !== undefined);
  if (found === undefined) throw new Error('a text in no language');
  return found;
};
