import { parseId } from '#contracts/ids.ts';
import type { Language } from '#contracts/language.ts';
import { CallerFault } from '#contracts/result.ts';
import { may } from '#contracts/viewer.ts';
import { assertInput, exactlyOneOf, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { isDecimal } from '../domain/catalogue/attribute.ts';
import { Slug } from '../domain/catalogue/texts.ts';
import type { CollectionView } from '../usecases/taxonomy/ports.ts';
import { graphqlLanguage, read } from './language.ts';
import { collectionPage, type GraphqlContext, type Loaders } from './loaders.ts';
import { categoryTextsGiven } from './texts.ts';
import type {
  CollectionConditionInput,
  CollectionConditionResolvers,
  CollectionResolvers,
  CollectionRuleInput,
  MutationResolvers,
  ProductResolvers,
  QueryResolvers,
} from './types.generated.ts';

const collectionNamed = async ({ collection, formerOwner }: Loaders, slug: string) => {
  if (!Slug.safeParse(slug).success) return null;
  const found = await collection.load({ slug });
  if (found) return found;
  const id = parseId('Collection', (await formerOwner.load({ kind: 'COLLECTION', slug })) ?? '');
  return id ? await collection.load({ id }) : null;
};

const collectionWith = async ({ collection }: Loaders, given: string) => {
  const id = parseId('Collection', given);
  return id ? await collection.load({ id }) : null;
};

export const Collection = {
  __resolveReference: ({ id }, { loaders }) => collectionWith(loaders, id),
  name: ({ texts }, asked, context) => read(texts, asked, context).name,
  description: ({ texts }, asked, context) => read(texts, asked, context).description ?? null,
  seoTitle: ({ texts }, asked, context) => read(texts, asked, context).seoTitle ?? null,
  seoDescription: ({ texts }, asked, context) => read(texts, asked, context).seoDescription ?? null,
  languages: ({ texts }) => Object.keys(texts).map((language) => graphqlLanguage(language as Language)),
  products: ({ id }, page, { loaders }) => collectionPage(loaders, id, page),
} satisfies CollectionResolvers;

export const productCollections = {
  collections: ({ id }, _, { loaders }) => loaders.collectionsOf.load(id),
} satisfies ProductResolvers;

/** Of each condition, the one field that says it. */
export const CollectionCondition = {
  category: async (condition, _, { loaders }) =>
    condition.by === 'CATEGORY' ? await loaders.category.load(condition.categoryId) : null,
  brands: (condition) => (condition.by === 'BRAND' ? condition.brands : null),
  attribute: (condition) =>
    condition.by === 'ATTRIBUTE' ? { code: condition.code, values: condition.values.map(String) } : null,
  attributeRange: (condition) =>
    condition.by === 'ATTRIBUTE_RANGE'
      ? { code: condition.code, min: condition.min?.toString() ?? null, max: condition.max?.toString() ?? null }
      : null,
  price: (condition) =>
    condition.by === 'PRICE'
      ? { currency: condition.currency, min: condition.min ?? null, max: condition.max ?? null }
      : null,
  productIds: (condition) => (condition.by === 'PRODUCTS' ? condition.productIds : null),
} satisfies CollectionConditionResolvers;

export const collectionQueries = {
  collection: (_, args, { loaders }) => {
    exactlyOneOf(args, 'id', 'slug');
    return args.slug != null ? collectionNamed(loaders, args.slug) : collectionWith(loaders, args.id ?? '');
  },
  collections: (_, { includeUnpublished: unpublished }, { app, viewer }) => {
    const mayUnpublished = may(viewer, 'catalogue:read');
    if (unpublished && !mayUnpublished)
      throw new CallerFault('FORBIDDEN', 'Only staff may list collections that are not published.');
    return (mayUnpublished ? app.reads : app.browsingReads).collections('all', { unpublished: unpublished ?? false });
  },
} satisfies QueryResolvers;

/** What is no number stays what it is, for the domain to refuse. */
const numberOf = (text: string): string | number => (isDecimal(text) ? Number(text) : text);

/** Numbers and booleans are texts in the input; which one is meant, the attribute says. */
const attributeValue = (kind: string | undefined) => (value: string) => {
  if (kind === 'NUMBER') return numberOf(value);
  if (kind === 'BOOLEAN') return value === 'true' || (value === 'false' ? false : value);
  return value;
};

const withoutNulls = (given: object) => Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));

/** Checked by the domain; only what the schema cannot say, that exactly one field is given, is refused here. */
const conditionOf = async (given: CollectionConditionInput, { loaders }: GraphqlContext): Promise<object> => {
  const fields = withoutNulls(given);
  assertInput(Object.keys(fields).length === 1, 'Give exactly one field of each condition.');
  const { categoryId, brands, attribute, attributeRange, price, productIds } = given;
  if (categoryId != null) return { by: 'CATEGORY', categoryId };
  if (brands != null) return { by: 'BRAND', brands };
  if (attribute != null) {
    const kind = (await loaders.attribute.load(attribute.code))?.kind;
    return { by: 'ATTRIBUTE', code: attribute.code, values: attribute.values.map(attributeValue(kind)) };
  }
  if (attributeRange != null) {
    const { code, min, max } = attributeRange;
    return {
      ...{ by: 'ATTRIBUTE_RANGE', code },
      ...(min != null && { min: numberOf(min) }),
      ...(max != null && { max: numberOf(max) }),
    };
  }
  return price != null ? { by: 'PRICE', ...withoutNulls(price) } : { by: 'PRODUCTS', productIds };
};

const ruleOf = async ({ match, conditions }: CollectionRuleInput, context: GraphqlContext): Promise<object> => ({
  match,
  conditions: await Promise.all(conditions.map((condition) => conditionOf(condition, context))),
});

export const collectionMutations = {
  createCollection: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.createCollection({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ slug: input.slug, texts: categoryTextsGiven(input.texts), rule: await ruleOf(input.rule, context) },
      ...{ position: input.position ?? undefined, isPublished: input.isPublished ?? true },
    });
    return payload(result, async (id) => ({
      ...{ __typename: 'CreateCollectionSuccess', collection: await written(context, id) },
    }));
  },

  reviseCollection: async (_, { idempotencyKey, input }, context) => {
    const { id: given, expectedVersion, slug, texts, rule, position, isPublished } = input;
    const result = await context.app.commands.reviseCollection({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ id: requireId('Collection', given), expectedVersion: expectedVersion ?? undefined },
      texts: categoryTextsGiven(texts),
      position: position ?? undefined,
      ...(slug != null && { slug }),
      ...(rule != null && { rule: await ruleOf(rule, context) }),
      ...(isPublished != null && { isPublished }),
    });
    return payload(result, async (id) => ({
      ...{ __typename: 'ReviseCollectionSuccess', collection: await written(context, id) },
    }));
  },

  removeCollection: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.removeCollection({
      ...{ by, idempotencyKey: idempotencyKey ?? undefined },
      ...{ id: requireId('Collection', input.id), expectedVersion: input.expectedVersion ?? undefined },
    });
    return payload(result, (id) => ({ __typename: 'RemoveCollectionSuccess', id }));
  },
} satisfies MutationResolvers;

/**
 * As it is now, published or not: the mutation's permission need not include the one to read what is not. A retry long
 * afterwards may find it removed.
 */
const written = async ({ app }: GraphqlContext, id: CollectionView['id']): Promise<CollectionView | null> =>
  (await app.reads.collections({ ids: [id], slugs: [] }, { unpublished: true }))[0] ?? null;
