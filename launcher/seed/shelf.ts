/** How the demo catalogue is written down: the fields a shelf shares, and one line per product. */

export interface Choice {
  readonly name: string;
  readonly values: readonly string[];
  /** How many of the values a product comes in; each product in its own. All of them when absent. */
  readonly most?: number;
  /** What each value costs more than the one before, in cents. */
  readonly step?: number;
}

/** Title, price in cents, and what makes it worth having. */
export type Line = readonly [title: string, cents: number, about: string];

export interface Shelf {
  readonly name: string;
  readonly brands: readonly string[];
  readonly choices: readonly Choice[];
  /** Each product gets one value of each. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  /** Ends every description. */
  readonly closing: string;
  readonly products: readonly Line[];
}

export interface Department {
  readonly name: string;
  readonly aisles: Readonly<Record<string, readonly Shelf[]>>;
}

/** Facts that are true of anything, whatever its name promises. */
export const guarantee = ['2 years', '5 years', '10 years'];
export const madeIn = ['Germany', 'Portugal', 'Lithuania', 'Slovenia'];
export const dishwasher = ['Yes', 'Better by hand'];
export const textileCare = ['Machine wash at 30 °C', 'Machine wash at 40 °C', 'Hand wash'];
