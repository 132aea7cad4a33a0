/** The variables of the shop's settings: every service that prices, taxes or writes for customers reads the same ones. */
import { z } from 'zod';
import { languages } from '#contracts/language.ts';
import { currencies } from '#contracts/money.ts';
import type { ShopSettings } from '#contracts/shop.ts';

export const shopVariables = {
  // What the shop calls itself, in `Query.shop`.
  SHOP_NAME: z.string().trim().min(1).max(100).default('Agora'),
  // Texts are read in it where a translation is missing, and each product has texts in it. Customers who have not chosen a
  // language are written to in it.
  SHOP_DEFAULT_LANGUAGE: z.enum(languages).default('en'),
  // Prices are in it unless another currency is asked for, and each variant on sale has one.
  SHOP_DEFAULT_CURRENCY: z.enum(currencies).default('EUR'),
};

export const shopSettings = (config: z.output<z.ZodObject<typeof shopVariables>>): ShopSettings => ({
  name: config.SHOP_NAME,
  language: config.SHOP_DEFAULT_LANGUAGE,
  currency: config.SHOP_DEFAULT_CURRENCY,
});

/** The shop as it is when no variable says otherwise: for tests and tools. */
export const defaultShop: ShopSettings = shopSettings(z.object(shopVariables).parse({}));
