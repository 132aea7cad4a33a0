import { parseId } from '#contracts/ids.ts';
import type { Language } from '#contracts/language.ts';
import { exactlyOneOf, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { Slug } from '../domain/catalogue/texts.ts';
import type { CategoryView } from '../usecases/taxonomy/ports.ts';
import { graphqlLanguage, read } from './language.ts';
import { type GraphqlContext, type Loaders, productPage } from './loaders.ts';
import { categoryTextsGiven } from './texts.ts';
import type { CategoryResolvers, MutationResolvers, QueryResolvers } from './types.generated.ts';

/** By a slug of the past too, as products are found. */
export const categoryNamed = async ({ categoryBySlug, formerOwner, category }: Loaders, slug: string) => {
  if (!Slug.safeParse(slug).success) return null;
  const found = await categoryBySlug.load(slug);
  if (found) return found;
  const id = parseId('Category', (await formerOwner.load({ kind: 'CATEGORY', slug })) ?? '');
  return id ? await category.load(id) : null;
};

export const Category = {
  __resolveReference: async (reference, { loaders }) => {
    const id = parseId('Category', reference.id);
    return id ? await loaders.category.load(id) : null;
  },
  name: ({ texts }, asked, context) => read(texts, asked, context).name,
  description: ({ texts }, asked, context) => read(texts, asked, context).description ?? null,
  seoTitle: ({ texts }, asked, context) => read(texts, asked, context).seoTitle ?? null,
  seoDescription: ({ texts }, asked, context) => read(texts, asked, context).seoDescription ?? null,
  languages: ({ texts }) => Object.keys(texts).map((language) => graphqlLanguage(language as Language)),
  parent: async ({ parentId }, _, { loaders }) => (parentId ? await loaders.category.load(parentId) : null),
  path: ({ id }, _, { loaders }) => loaders.categoryPath.load(id),
  children: ({ id }, _, { loaders }) => loaders.categoriesBelow.load({ parent: id }),
  products: ({ slug }, page, { loaders }) => productPage(loaders, { category: slug, status: 'PUBLISHED' }, page),
} satisfies CategoryResolvers;

export const categoryQueries = {
  category: async (_, args, { loaders }) => {
    exactlyOneOf(args, 'id', 'slug');
    if (args.slug != null) return categoryNamed(loaders, args.slug);
    const id = parseId('Category', args.id ?? '');
    return id ? await loaders.category.load(id) : null;
  },
} satisfies QueryResolvers;

const parentOf = (parentId: string | null | undefined) => (parentId == null ? null : requireId('Category', parentId));

export const categoryMutations = {
  createCategory: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.createCategory({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ slug: input.slug, texts: categoryTextsGiven(input.texts) },
      ...{ parentId: parentOf(input.parentId), position: input.position ?? undefined },
    });
    return payload(result, async (id) => ({
      __typename: 'CreateCategorySuccess',
      category: await written(context, id),
    }));
  },

  reviseCategory: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.reviseCategory({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ id: requireId('Category', input.id), expectedVersion: input.expectedVersion ?? undefined },
      ...{ slug: input.slug ?? undefined, texts: categoryTextsGiven(input.texts) },
    });
    return payload(result, async (id) => ({
      __typename: 'ReviseCategorySuccess',
      category: await written(context, id),
    }));
  },

  moveCategory: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.moveCategory({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ id: requireId('Category', input.id), expectedVersion: input.expectedVersion ?? undefined },
      ...{ parentId: parentOf(input.parentId), position: input.position ?? undefined },
    });
    return payload(result, async (id) => ({ __typename: 'MoveCategorySuccess', category: await written(context, id) }));
  },

  removeCategory: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.removeCategory({
      ...{ by, idempotencyKey: idempotencyKey ?? undefined },
      ...{ id: requireId('Category', input.id), expectedVersion: input.expectedVersion ?? undefined },
    });
    return payload(result, (id) => ({ __typename: 'RemoveCategorySuccess', id }));
  },
} satisfies MutationResolvers;

/** As it is now; a retry long afterwards may find it removed. From the primary: a replica may not have it yet. */
const written = async ({ app }: GraphqlContext, id: CategoryView['id']): Promise<CategoryView | null> =>
  (await app.reads.categories([id]))[0] ?? null;
