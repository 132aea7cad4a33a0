/** The variables of the shop's settings: every service that prices, taxes or writes for customers reads the same ones. */
import { z } from 'zod';
import { countryRules, rulesOf } from '#contracts/addresses/country-rules.ts';
import { languages } from '#contracts/language.ts';
import { currencies } from '#contracts/money.ts';
import type { ShopSettings } from '#contracts/shop.ts';

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Countries with rules of their own for addresses: where those cannot be told wrong ones. */
const countriesWithRules = Object.keys(countryRules).toSorted().join(',');

const onOrOff = z.enum(['on', 'off']);

export const shopVariables = {
  // What the shop calls itself, in `Query.shop`.
  SHOP_NAME: z.string().trim().min(1).max(100).default('Agora'),
  // Texts are read in it where a translation is missing, and each product has texts in it. Customers who have not chosen a
  // language are written to in it.
  SHOP_DEFAULT_LANGUAGE: z.enum(languages).default('en'),
  // Prices are in it unless another currency is asked for, and each variant on sale has one.
  SHOP_DEFAULT_CURRENCY: z.enum(currencies).default('EUR'),
  // Where it sells to, as ISO 3166 codes between commas, in the order of a front end's list. Those with address rules of their own.
  SHOP_COUNTRIES: z
    .string()
    .default(countriesWithRules)
    .transform((text) => [
      ...new Set(
        text
          .toUpperCase()
          .split(/[\s,]+/)
          .filter(Boolean),
      ),
    ])
    .refine(
      (codes) => codes.length > 0 && codes.every((code) => rulesOf(code)),
      'names a country that there is not, or none',
    ),
  // Days begin and end in it, for whoever shows or counts them: an IANA name.
  SHOP_TIME_ZONE: z.string().default('UTC').refine(isTimeZone, 'is not the name of a time zone, such as Asia/Seoul'),
  // Whether prices are shown with tax: as consumers in Europe and Korea see them. If not, tax is added in the totals.
  SHOP_PRICES_INCLUDE_TAX: onOrOff.default('on'),
  // Shoppers see how many units there are. Competitors and scrapers do, too; without it they see "few left".
  SHOP_SHOWS_EXACT_STOCK: onOrOff.default('off'),
  // 5: so many units or fewer are few, for shoppers and in the list of low stock, unless a variant has a number of its own.
  SHOP_LOW_STOCK_THRESHOLD: z.coerce.number().int().min(0).max(1_000_000).default(5),
};

export const shopSettings = (config: z.output<z.ZodObject<typeof shopVariables>>): ShopSettings => ({
  name: config.SHOP_NAME,
  language: config.SHOP_DEFAULT_LANGUAGE,
  currency: config.SHOP_DEFAULT_CURRENCY,
  countries: config.SHOP_COUNTRIES,
  timeZone: config.SHOP_TIME_ZONE,
  pricesIncludeTax: config.SHOP_PRICES_INCLUDE_TAX === 'on',
  showsExactStock: config.SHOP_SHOWS_EXACT_STOCK === 'on',
  lowStockThreshold: config.SHOP_LOW_STOCK_THRESHOLD,
});

/** The shop as it is when no variable says otherwise: for tests and tools. */
export const defaultShop: ShopSettings = shopSettings(z.object(shopVariables).parse({}));
