/** Texts as clients send them: by language, in a list. */
import type { Language } from '#contracts/language.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import { languageOf } from './language.ts';
import type { CategoryTextInput, LocalizedTextInput } from './types.generated.ts';

/** BAD_USER_INPUT for a language that is given twice. */
const byLanguage = <Given extends { readonly language: LocalizedTextInput['language'] }, T>(
  texts: readonly Given[] | null | undefined,
  textOf: (given: Given) => T,
): { readonly [L in Language]?: T } => {
  const given = texts ?? [];
  assertInput(new Set(given.map(({ language }) => language)).size === given.length, 'A language is given twice.');
  return Object.fromEntries(given.map((text) => [languageOf(text.language), textOf(text)]));
};

export const namesGiven = (names: readonly LocalizedTextInput[] | null | undefined) =>
  byLanguage(names, ({ text }) => text);

/** What is left out, or empty, is not there. */
export const categoryTextsGiven = (texts: readonly CategoryTextInput[] | null | undefined) =>
  byLanguage(texts, ({ language: _, ...text }) =>
    Object.fromEntries(Object.entries(text).filter(([, value]) => value)),
  );
