/** What staff do to variants and their prices. */
import { CallerFault } from '#contracts/result.ts';
import { may } from '#contracts/viewer.ts';
import { assertInput, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { parseScheduledPriceId } from '../domain/catalogue/scheduled-price.ts';
import type { ChangedProduct } from '../usecases/catalogue/change-product.ts';
import type { GraphqlContext } from './loaders.ts';
import { chosenForm, given, nameForm, variantForm } from './product-inputs.ts';
import { changed, changing } from './product-mutations.ts';
import type { MutationResolvers } from './types.generated.ts';

export const variantMutations = {
  addVariant: async (_, sent, context) => {
    const result = await context.app.commands.addVariant({
      ...changing(sent, context),
      productId: requireId('Product', sent.input.productId),
      variant: variantForm(sent.input.variant),
    });
    return payload(result, (changed) => ({ __typename: 'AddVariantSuccess', ...changed }));
  },

  reviseVariant: async (_, sent, context) => {
    const { input } = sent;
    assertInput(input.position == null || input.position >= 0, '"position" must not be negative.');
    const variantId = requireId('Variant', input.variantId);
    const result = await context.app.commands.reviseVariant({
      ...{ ...changing(sent, context), variantId },
      ...given('sku', input.sku),
      ...given('title', input.title && nameForm(input.title)),
      ...given('options', input.options && chosenForm(input.options)),
      ...given('requiresShipping', input.requiresShipping),
      ...given('stockPolicy', input.stockPolicy),
      ...given('position', input.position),
      ...(input.weightGrams !== undefined && { weightGrams: input.weightGrams }),
      ...(input.lowStockThreshold !== undefined && { lowStockThreshold: input.lowStockThreshold }),
    });
    return payload(result, (changed) => ({ __typename: 'ReviseVariantSuccess', ...changed }));
  },

  archiveVariant: async (_, sent, context) => {
    const variantId = requireId('Variant', sent.input.variantId);
    const command = { ...changing(sent, context), variantId, isArchived: sent.input.isArchived ?? true };
    return payload(await context.app.commands.archiveVariant(command), (changed) => ({
      __typename: 'ArchiveVariantSuccess',
      ...changed,
    }));
  },

  setPrice: async (_, sent, context) => {
    const { amount, currency } = sent.input;
    if (amount === undefined)
      throw new CallerFault('BAD_USER_INPUT', 'Give an "amount"; null ends the sale in the currency.');
    const variantId = requireId('Variant', sent.input.variantId);
    const result = await context.app.commands.setPrice({ ...changing(sent, context), variantId, currency, amount });
    return payload(result, (changed) => ({ __typename: 'SetPriceSuccess', ...changed }));
  },

  schedulePrice: async (_, sent, context) => {
    const { price, startsAt } = sent.input;
    const variantId = requireId('Variant', sent.input.variantId);
    const command = { ...changing(sent, context), variantId, currency: price.currency, amount: price.amount, startsAt };
    return payload(await context.app.commands.schedulePrice(command), (changed) => ({
      ...{ __typename: 'SchedulePriceSuccess', ...changed },
    }));
  },

  cancelScheduledPrice: async (_, sent, context) => {
    const id = parseScheduledPriceId(sent.input.id);
    if (!id) throw new CallerFault('NOT_FOUND', 'There is no such scheduled price.');
    const result = await context.app.commands.cancelScheduledPrice({ ...changing(sent, context), id });
    return payload(result, (changed) => ({ __typename: 'CancelScheduledPriceSuccess', ...changed }));
  },
} satisfies MutationResolvers;

const variant = ({ variantId: id }: ChangedProduct, _: unknown, { loaders }: GraphqlContext) =>
  id ? loaders.variant.clear({ id }).load({ id }) : null;

const scheduledPrice = async (
  { variantId, scheduledPriceId }: ChangedProduct,
  _: unknown,
  { loaders, viewer }: GraphqlContext,
) => {
  if (!variantId || !may(viewer, 'catalogue:read')) return null;
  const waiting = await loaders.scheduledPrices.clear(variantId).load(variantId);
  return waiting.find(({ id }) => id === scheduledPriceId) ?? null;
};

export const changedVariants = {
  AddVariantSuccess: { ...changed, variant },
  ReviseVariantSuccess: { ...changed, variant },
  ArchiveVariantSuccess: { ...changed, variant },
  SetPriceSuccess: { ...changed, variant },
  SchedulePriceSuccess: { ...changed, scheduledPrice },
  CancelScheduledPriceSuccess: changed,
};
