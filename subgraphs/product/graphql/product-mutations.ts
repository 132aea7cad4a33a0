/** What staff do to products as a whole. */
import { type CategoryId, parseId } from '#contracts/ids.ts';
import { assertInput, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type { ChangedProduct } from '../usecases/catalogue/change-product.ts';
import { languageOf } from './language.ts';
import type { GraphqlContext } from './loaders.ts';
import { attributeForms, chosenForm, given, optionForms, textForm, variantForm } from './product-inputs.ts';
import type { MutationResolvers } from './types.generated.ts';

interface Sent {
  readonly idempotencyKey?: string | null | undefined;
  readonly input: { readonly expectedVersion?: number | null | undefined };
}

/** What every change of a product comes with. */
export const changing = ({ idempotencyKey, input }: Sent, { viewer: by }: GraphqlContext) => ({
  by,
  idempotencyKey: idempotencyKey ?? undefined,
  expectedVersion: input.expectedVersion ?? undefined,
});

const categoryOf = (id: string): CategoryId => {
  const categoryId = parseId('Category', id);
  assertInput(categoryId !== undefined, '"categoryId" is not the ID of a category.');
  return categoryId as CategoryId;
};

export const productMutations = {
  createProduct: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.createProduct({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ slug: input.slug ?? undefined, brand: input.brand ?? null, taxClass: input.taxClass ?? 'STANDARD' },
      categoryId: categoryOf(input.categoryId),
      texts: input.texts.map(textForm),
      attributes: attributeForms(input.attributes ?? []),
      options: optionForms(input.options ?? []),
      variants: (input.variants ?? []).map(variantForm),
    });
    return payload(result, (changed) => ({ __typename: 'CreateProductSuccess', ...changed }));
  },

  reviseProduct: async (_, sent, context) => {
    const { input } = sent;
    const result = await context.app.commands.reviseProduct({
      ...changing(sent, context),
      productId: requireId('Product', input.productId),
      ...given('slug', input.slug),
      ...(input.brand !== undefined && { brand: input.brand }),
      ...given('categoryId', input.categoryId == null ? undefined : categoryOf(input.categoryId)),
      ...given('taxClass', input.taxClass),
      ...given('attributes', input.attributes && attributeForms(input.attributes)),
      ...given('options', input.options && optionForms(input.options)),
      variantOptions: (input.variantOptions ?? []).map(({ variantId, options }) => ({
        ...{ variantId: requireId('Variant', variantId), options: chosenForm(options) },
      })),
    });
    return payload(result, (changed) => ({ __typename: 'ReviseProductSuccess', ...changed }));
  },

  setTranslation: async (_, sent, context) => {
    const productId = requireId('Product', sent.input.productId);
    const command = { ...changing(sent, context), productId, text: textForm(sent.input.text) };
    return payload(await context.app.commands.setTranslation(command), (changed) => ({
      __typename: 'SetTranslationSuccess',
      ...changed,
    }));
  },

  removeTranslation: async (_, sent, context) => {
    const productId = requireId('Product', sent.input.productId);
    const command = { ...changing(sent, context), productId, language: languageOf(sent.input.language) };
    return payload(await context.app.commands.removeTranslation(command), (changed) => ({
      __typename: 'RemoveTranslationSuccess',
      ...changed,
    }));
  },

  publishProduct: async (_, sent, context) => {
    const productId = requireId('Product', sent.input.productId);
    const command = { ...changing(sent, context), productId, publishAt: sent.input.publishAt ?? undefined };
    return payload(await context.app.commands.publishProduct(command), (changed) => ({
      __typename: 'PublishProductSuccess',
      ...changed,
    }));
  },

  unpublishProduct: async (_, sent, context) => {
    const productId = requireId('Product', sent.input.productId);
    return payload(
      await context.app.commands.unpublishProduct({ ...changing(sent, context), productId }),
      (changed) => ({ __typename: 'UnpublishProductSuccess', ...changed }),
    );
  },

  archiveProduct: async (_, sent, context) => {
    const productId = requireId('Product', sent.input.productId);
    return payload(await context.app.commands.archiveProduct({ ...changing(sent, context), productId }), (changed) => ({
      __typename: 'ArchiveProductSuccess',
      ...changed,
    }));
  },
} satisfies MutationResolvers;

/** As it is now; what was read of it before in this request is not. */
const product = ({ productId: id }: ChangedProduct, _: unknown, { loaders }: GraphqlContext) => {
  loaders.variantsOf.clear(id);
  return loaders.product.clear({ id }).load({ id });
};

export const changed = { product };

export const changedProducts = {
  CreateProductSuccess: changed,
  ReviseProductSuccess: changed,
  SetTranslationSuccess: changed,
  RemoveTranslationSuccess: changed,
  PublishProductSuccess: changed,
  UnpublishProductSuccess: changed,
  ArchiveProductSuccess: changed,
};
