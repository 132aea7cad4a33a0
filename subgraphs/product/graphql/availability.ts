import { CallerFault } from '#contracts/result.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { may } from '#contracts/viewer.ts';
import { connection, parsePage } from '#platform/graphql/connection.ts';
import { requireCustomer, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { availabilityOf } from '../domain/inventory/availability.ts';
import type { AboutVariant } from '../usecases/inventory/ports.ts';
import type { VariantView } from '../usecases/ports.ts';
import type { GraphqlContext, Loaders } from './loaders.ts';
import type { MutationResolvers, ProductVariantResolvers, QueryResolvers, Resolvers } from './types.generated.ts';

const thresholdOf = ({ lowStockThreshold }: VariantView, shop: ShopSettings): number =>
  lowStockThreshold ?? shop.lowStockThreshold;

const unitsOf = async ({ id }: Pick<VariantView, 'id'>, { stock }: Loaders): Promise<number> =>
  (await stock.load(id))?.available ?? 0;

export const variantAvailability = {
  availability: async (variant, _, { app, loaders }) => {
    if (variant.isArchived) return 'NONE';
    const policy = variant.stockPolicy;
    // There are always some, so nobody counts.
    const units = policy === 'UNTRACKED' ? 0 : await unitsOf(variant, loaders);
    return availabilityOf({ policy, units, threshold: thresholdOf(variant, app.shop) });
  },
  available: (variant, _, { app, loaders, viewer }) => {
    const isShown = app.shop.showsExactStock || may(viewer, 'stock:read');
    return isShown && variant.stockPolicy !== 'UNTRACKED' ? unitsOf(variant, loaders) : null;
  },
  lowStockThreshold: (variant, _, { app }) => thresholdOf(variant, app.shop),
} satisfies ProductVariantResolvers;

export const availabilityQueries = {
  lowStock: async (_, args, { app }) => {
    const page = parsePage(args, 2);
    const [since = '', variantId = ''] = page.after ?? [];
    const time = new Date(since);
    if (page.after && Number.isNaN(time.getTime()))
      throw new CallerFault('BAD_USER_INPUT', '"after" is not a cursor of this list.');
    const after = page.after && ([time, variantId] as const);
    const rows = await app.reads.lowStock({ limit: page.limit, after });
    return connection(rows, page, (row) => [row.since.toISOString(), row.variantId]);
  },
  stockAlerts: (_, __, { app, viewer }) => app.reads.stockAlerts(requireCustomer(viewer).customerId),
} satisfies QueryResolvers;

export const availabilityMutations = {
  notifyWhenInStock: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...requireCustomer(viewer), idempotencyKey: idempotencyKey ?? undefined };
    const variantId = requireId('Variant', input.variantId);
    return payload(await app.commands.notifyWhenInStock({ ...command, variantId }), (id) => ({
      __typename: 'NotifyWhenInStockSuccess',
      variantId: id,
    }));
  },
  stopNotifyingWhenInStock: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...requireCustomer(viewer), idempotencyKey: idempotencyKey ?? undefined };
    const variantId = requireId('Variant', input.variantId);
    return payload(await app.commands.stopNotifyingWhenInStock({ ...command, variantId }), (id) => ({
      __typename: 'StopNotifyingWhenInStockSuccess',
      variantId: id,
    }));
  },
} satisfies MutationResolvers;

/** Null when it is not on sale any more. */
const about = {
  variant: ({ variantId }: AboutVariant, _: unknown, { loaders }: Pick<GraphqlContext, 'loaders'>) =>
    loaders.variant.load({ id: variantId }),
};

export const availabilityTypes = {
  StockAlert: about,
  AlreadyInStock: about,
  NotifyWhenInStockSuccess: about,
  StopNotifyingWhenInStockSuccess: about,
  LowStock: {
    ...about,
    available: (entry: AboutVariant, _: unknown, { loaders }: Pick<GraphqlContext, 'loaders'>) =>
      unitsOf({ id: entry.variantId }, loaders),
  },
} satisfies Resolvers;
