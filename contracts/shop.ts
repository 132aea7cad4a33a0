/** What is true of the shop as a whole. platform/config/shop.ts reads it from the environment. */
import type { Language } from './language.ts';
import type { Currency } from './money.ts';

export interface ShopSettings {
  readonly name: string;
  /** In which texts are read where a translation is missing. */
  readonly language: Language;
  /** In which prices are where nobody asks for another. */
  readonly currency: Currency;
  /** Where it sells to: ISO 3166 codes. */
  readonly countries: readonly string[];
  /** An IANA name. */
  readonly timeZone: string;
  readonly pricesIncludeTax: boolean;
  /** To everybody, not to staff alone. */
  readonly showsExactStock: boolean;
  /** So many units of a variant, or fewer, are few; a variant may have a number of its own. */
  readonly lowStockThreshold: number;
}
