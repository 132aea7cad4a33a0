import { languages } from '#contracts/language.ts';
import { currencies, minorDigits } from '#contracts/money.ts';
import { graphqlLanguage, languageAsked } from './language.ts';
import type { QueryResolvers, ShopCountryResolvers, ShopResolvers } from './types.generated.ts';

export const shopQueries = {
  shop: (_, __, { app }) => app.shop,
} satisfies QueryResolvers;

export const Shop = {
  currencies: () => currencies.map((code) => ({ code, minorDigits: minorDigits[code] })),
  defaultCurrency: ({ currency }) => currency,
  languages: () => languages.map(graphqlLanguage),
  defaultLanguage: ({ language }) => graphqlLanguage(language),
  countries: ({ countries }) => countries.map((code) => ({ code })),
} satisfies ShopResolvers;

export const ShopCountry = {
  name: ({ code }, asked, context) =>
    new Intl.DisplayNames(languageAsked(asked, context), { type: 'region' }).of(code) ?? code,
} satisfies ShopCountryResolvers;
