/** In which language a field is read: languages are arguments, never headers, so that every answer can be shared. */
import { inLanguage, type Language, type Localized } from '#contracts/language.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { Language as GraphqlLanguage } from './types.generated.ts';

interface Asked {
  readonly language?: GraphqlLanguage | null | undefined;
}

interface Context {
  readonly app: { readonly shop: ShopSettings };
}

export const graphqlLanguage = (language: Language): GraphqlLanguage => language.toUpperCase() as GraphqlLanguage;
export const languageOf = (language: GraphqlLanguage): Language => language.toLowerCase() as Language;

export const languageAsked = ({ language }: Asked, { app: { shop } }: Context): Language =>
  language ? languageOf(language) : shop.language;

export const read = <T>(texts: Localized<T>, asked: Asked, context: Context): T =>
  inLanguage(texts, languageAsked(asked, context), context.app.shop.language);
