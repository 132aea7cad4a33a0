/** How the demo catalogue is written down, in English: the fields a shelf shares, and one line per product. */

export interface Choice {
  readonly name: string;
  readonly values: readonly string[];
  /** How many of the values a product comes in; each product in its own. All of them when absent. */
  readonly most?: number;
  /** What each value costs more than the one before, in cents. */
  readonly step?: number;
}

/** A number is in the unit of its attribute: `attributes.ts`. */
export type Fact = string | number | boolean;
type Facts<T> = Readonly<Record<string, T>>;

/** What a product has that its shelf does not say. */
export interface Particulars {
  readonly facts?: Facts<Fact>;
  readonly grams?: number;
  /** PUBLISHED unless said. */
  readonly status?: 'DRAFT' | 'ARCHIVED';
  /** Made when somebody buys one: it can be bought while there are none. */
  readonly isMadeToOrder?: true;
}

/** Title, price in cents, and what makes it worth having. */
export type Line = readonly [title: string, cents: number, about: string, particulars?: Particulars];

/** Products in Korean by their English title: the title, and what makes it worth having. */
export type KoreanLines = Facts<readonly [title: string, about: string]>;

export interface Shelf {
  readonly name: string;
  readonly brands: readonly string[];
  readonly choices: readonly Choice[];
  /** Each product gets one value of each. */
  readonly facts: Facts<readonly Fact[]>;
  /** What the lightest and the heaviest weigh with their packaging, in grams; none when nothing is sent by post. */
  readonly grams: readonly [lightest: number, heaviest: number] | null;
  /** STANDARD unless said. */
  readonly taxClass?: 'REDUCED' | 'ZERO';
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
export const dishwasher = [true, false];
export const textileCare = ['Machine wash at 30 °C', 'Machine wash at 40 °C', 'Hand wash'];
