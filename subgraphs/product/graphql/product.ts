import { parseId } from '#contracts/ids.ts';
import type { Language } from '#contracts/language.ts';
import { type Currency, currencies, type Money } from '#contracts/money.ts';
import { shownValue } from '../domain/catalogue/attribute.ts';
import type { Prices } from '../domain/catalogue/product.ts';
import { type Name, Sku, Slug } from '../domain/catalogue/texts.ts';
import { graphqlLanguage, read } from './language.ts';
import type { Loaders, ProductKey, VariantKey } from './loaders.ts';
import type { AttributeModel, VariantOptionModel } from './models.ts';
import type {
  OptionValueResolvers,
  ProductAttributeResolvers,
  ProductConnectionResolvers,
  ProductOptionResolvers,
  ProductResolvers,
  ProductVariantResolvers,
  VariantOptionResolvers,
} from './types.generated.ts';

interface Given {
  readonly id?: string | null | undefined;
  readonly slug?: string | null | undefined;
  readonly sku?: string | null | undefined;
}

// What could not be anybody's key finds nothing, and costs no query.
const productKey = ({ id: given, slug }: Given): ProductKey | undefined => {
  const id = given == null ? undefined : parseId('Product', given);
  if (given != null) return id && { id };
  return slug && Slug.safeParse(slug).success ? { slug } : undefined;
};

const variantKey = ({ id: given, sku }: Given): VariantKey | undefined => {
  const id = given == null ? undefined : parseId('Variant', given);
  if (given != null) return id && { id };
  return sku && Sku.safeParse(sku).success ? { sku } : undefined;
};

/** By a slug of the past too: links lead on, and the product's `slug` says where to. */
export const findProduct = async ({ product, formerOwner }: Loaders, given: Given) => {
  const key = productKey(given);
  if (!key) return null;
  const found = await product.load(key);
  if (found || !('slug' in key)) return found;
  const id = parseId('Product', (await formerOwner.load({ kind: 'PRODUCT', slug: key.slug })) ?? '');
  return id ? await product.load({ id }) : null;
};

export const findVariant = async ({ variant }: Loaders, given: Given) => {
  const key = variantKey(given);
  return key ? await variant.load(key) : null;
};

const priceIn = (prices: Prices, currency: Currency): Money | null => {
  const amount = prices[currency];
  return amount === undefined ? null : { amount, currency };
};

export const Product = {
  __resolveReference: (reference, { loaders }) => findProduct(loaders, reference),
  title: ({ texts }, asked, context) => read(texts, asked, context).title,
  description: ({ texts }, asked, context) => read(texts, asked, context).description,
  seoTitle: ({ texts }, asked, context) => read(texts, asked, context).seoTitle ?? null,
  seoDescription: ({ texts }, asked, context) => read(texts, asked, context).seoDescription ?? null,
  languages: ({ texts }) => Object.keys(texts).map((language) => graphqlLanguage(language as Language)),
  category: async ({ categoryId }, _, { loaders }) => {
    const category = await loaders.category.load(categoryId);
    if (!category) throw new Error(`category ${categoryId} is gone, against its foreign key`);
    return category;
  },
  variants: ({ id }, _, { loaders }) => loaders.variantsOf.load(id),
  archivedVariants: ({ id }, _, { loaders }) => loaders.archivedVariantsOf.load(id),
  priceFrom: async ({ id }, { currency }, { app, loaders }) => {
    const inCurrency = currency ?? app.shop.currency;
    const prices = (await loaders.variantsOf.load(id)).flatMap(({ prices }) => prices[inCurrency] ?? []);
    return prices.length > 0 ? { amount: Math.min(...prices), currency: inCurrency } : null;
  },
  attributes: async ({ attributes }, _, { loaders }) => {
    const models = await Promise.all(
      Object.entries(attributes).map(async ([code, value]): Promise<AttributeModel[]> => {
        const attribute = await loaders.attribute.load(code);
        return attribute ? [{ attribute, value }] : [];
      }),
    );
    return models.flat().sort((a, b) => a.attribute.position - b.attribute.position);
  },
} satisfies ProductResolvers;

export const ProductAttribute = {
  code: ({ attribute }) => attribute.code,
  name: ({ attribute }, asked, context) => read(attribute.name, asked, context),
  kind: ({ attribute }) => attribute.kind,
  unit: ({ attribute }) => attribute.unit,
  number: ({ value }) => (typeof value === 'number' ? String(value) : null),
  boolean: ({ value }) => (typeof value === 'boolean' ? value : null),
  choice: ({ value }) => (typeof value === 'string' ? value : null),
  value: ({ attribute, value }, asked, context) => read(shownValue(attribute, value), asked, context),
} satisfies ProductAttributeResolvers;

const name = (
  { name }: { readonly name: Name },
  asked: Parameters<typeof read>[1],
  context: Parameters<typeof read>[2],
) => read(name, asked, context);

export const ProductOption = { name } satisfies ProductOptionResolvers;
export const OptionValue = { name } satisfies OptionValueResolvers;

export const VariantOption = {
  code: ({ option }) => option.code,
  name: ({ option }, asked, context) => read(option.name, asked, context),
  valueCode: ({ value }) => value.code,
  value: ({ value }, asked, context) => read(value.name, asked, context),
} satisfies VariantOptionResolvers;

export const ProductConnection = {
  totalCount: ({ list }, _, { loaders }) =>
    'collection' in list ? loaders.collectionCount.load(list.collection) : loaders.count.load(list),
} satisfies ProductConnectionResolvers;

export const ProductVariant = {
  __resolveReference: (reference, { loaders }) => findVariant(loaders, reference),
  title: ({ title }, asked, context) => read(title, asked, context),
  options: async ({ productId, options }, _, { loaders }) => {
    const product = await loaders.product.load({ id: productId });
    return (product?.options ?? []).flatMap((option): VariantOptionModel[] => {
      const value = option.values.find(({ code }) => code === options[option.code]);
      return value ? [{ option, value }] : [];
    });
  },
  price: ({ prices }, { currency }, { app }) => priceIn(prices, currency ?? app.shop.currency),
  prices: ({ prices }) => currencies.flatMap((currency) => priceIn(prices, currency) ?? []),
  product: async ({ productId }, _, { loaders }) => {
    const product = await loaders.product.load({ id: productId });
    if (!product) throw new Error(`product ${productId} was taken from sale while it was being read`);
    return product;
  },
} satisfies ProductVariantResolvers;
