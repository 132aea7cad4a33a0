/** The variants of a demo product: each combination of what it can be chosen in, with its price and weight. */
import { namedId } from '#contracts/ids.ts';
import type { ProductOption, Variant } from '#subgraphs/product/domain/catalogue/product.ts';
import { koreanLine, koreanOf } from './korean/korean.ts';
import { inBoth, lot, slugOf } from './naming.ts';
import { pricesOf } from './prices.ts';
import type { Choice, Line, Shelf } from './shelf.ts';
import { wellKnownProducts } from './well-known.ts';

/** Of a larger one: a tent for two weighs a quarter more than that for one. */
const heavierBy = 0.25;

interface Chosen {
  readonly choice: string;
  readonly value: string;
  /** Its place among the values of the shelf: 0 is the smallest. */
  readonly place: number;
  readonly step: number;
}

/** The values of a choice that this product comes in, in the order of the shelf. */
const valuesOf = (slug: string, { name, values, most = values.length, step = 0 }: Choice): Chosen[] => {
  const count = most === values.length && step > 0 ? most : 1 + lot(`${slug} ${name} count`, most);
  const first = lot(`${slug} ${name} first`, values.length);
  return values
    .map((value, place) => ({ choice: name, value, place, step }))
    .filter((_, place) => (place - first + values.length) % values.length < count);
};

/** A well-known product comes in one variant, so that everybody means the same one. */
const choicesOf = (slug: string, { choices }: Shelf): readonly Chosen[][] =>
  (wellKnownProducts.some((known) => known.slug === slug)
    ? choices.map((choice) => ({ ...choice, values: choice.values.slice(0, 1), most: 1 }))
    : choices
  ).map((choice) => valuesOf(slug, choice));

/** Every combination of the choices; one without any when there is nothing to choose. */
const combinations = (choices: readonly (readonly Chosen[])[]): Chosen[][] =>
  choices.reduce<Chosen[][]>((made, values) => made.flatMap((some) => values.map((one) => [...some, one])), [[]]);

const surchargeOf = (chosen: readonly Chosen[]): number =>
  chosen.reduce((sum, { place, step }) => sum + place * step, 0);

const gramsOf = (slug: string, shelf: Shelf, chosen: readonly Chosen[], own: number | undefined): number | null => {
  if (!shelf.grams) return null;
  const [lightest, heaviest] = shelf.grams;
  const smallest = own ?? lightest + lot(`${slug} grams`, heaviest - lightest);
  const sizes = chosen.reduce((sum, { place, step }) => sum + (step > 0 ? place : 0), 0);
  return Math.round(smallest * (1 + sizes * heavierBy));
};

/** What the product can be chosen in, and its variants. */
export const choicesAndVariants = (
  shelf: Shelf,
  [title, cents, , particulars]: Line,
): { options: ProductOption[]; variants: Variant[] } => {
  const slug = slugOf(title);
  const choices = choicesOf(slug, shelf);
  const combined = combinations(choices);
  const cheapest = Math.min(...combined.map(surchargeOf));
  const variants = combined.map((chosen): Variant => {
    const values = chosen.map(({ value }) => value);
    const sku = slugOf([slug, ...(combined.length > 1 ? values : [])].join(' ')).toUpperCase();
    return {
      id: namedId('Variant', sku),
      sku,
      title: {
        en: values.join(', ') || title,
        ko: values.map(koreanOf).join(', ') || koreanLine(title)[0],
      },
      options: Object.fromEntries(chosen.map(({ choice, value }) => [slugOf(choice), slugOf(value)])),
      // The price on the shelf is that of the smallest one a product comes in.
      prices: pricesOf(cents + surchargeOf(chosen) - cheapest),
      weightGrams: gramsOf(slug, shelf, chosen, particulars?.grams),
      requiresShipping: shelf.grams !== null,
      stockPolicy: policyOf(shelf, particulars?.isMadeToOrder),
      lowStockThreshold: null,
      isArchived: false,
    };
  });
  const options = choices.flatMap((values): ProductOption[] => {
    const [first] = values;
    return first ? [{ ...named(first.choice), values: values.map(({ value }) => named(value)) }] : [];
  });
  return { options, variants };
};

const named = (english: string) => ({ code: slugOf(english), name: inBoth(english) });

// Of a file there are always more.
const policyOf = (shelf: Shelf, isMadeToOrder: boolean | undefined): Variant['stockPolicy'] => {
  if (!shelf.grams) return 'UNTRACKED';
  return isMadeToOrder ? 'BACKORDER' : 'TRACKED';
};
