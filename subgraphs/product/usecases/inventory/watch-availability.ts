/**
 * Looks at the variants whose availability may have changed, and says what is new: to staff that few are left, to those who
 * wait that there are some. Many changes of one variant are looked at once, so one that sells out and comes back a hundred times
 * a second is a row or two here, and nobody is told anything a hundred times.
 */
import type { VariantId } from '#contracts/ids.ts';
import { mostCustomersToldAtOnce } from '#contracts/messages/availability.ts';
import {
  availabilityOf,
  backInStock,
  isInStock,
  type LowAvailability,
  lowStockOf,
  stockLow,
  type WatchedVariant,
} from '../../domain/inventory/availability.ts';
import type { Deps, Stores } from '../ports.ts';
import { fillBackorders } from './fill-backorders.ts';

// 200 requests a transaction: a few statements, whatever they are about.
const requestsPerRound = 200;
// 10 variants with 500 customers each: messages of 250 KiB together in one transaction.
const variantsToldPerRound = 10;
// 20 rounds a run: 4,000 requests or 100,000 customers, in seconds; the next run goes on.
const roundsPerRun = 20;
// 180 days: whoever has waited for half a year has bought it elsewhere.
const alertLifeMs = 180 * 24 * 3_600_000;
// 1,000 a transaction: short locks.
const forgottenAtOnce = 1_000;
const forgottenBatches = 20;

/** Returns how many requests it has worked off. Safe in many copies: one looks at a time. */
export const watchAvailability =
  ({ transaction }: Deps) =>
  async (): Promise<number> => {
    let total = 0;
    for (let round = 1; round <= roundsPerRun; round++) {
      const taken = await transaction(watchSome);
      total += taken;
      if (taken === 0) break;
    }
    return total;
  };

// Whoever dies in the middle has taken nothing: requests and alerts are gone with the messages that tell of them, or still there.
const watchSome = async (stores: Stores): Promise<number> => {
  const { availability } = stores;
  if (!(await availability.takeTurn())) return 0;
  const { variantIds, taken } = await availability.takeDue(requestsPerRound);
  if (taken === 0) return 0;
  const variants = await availability.variants(variantIds);
  await recordLowStock(stores, variants);
  const again = [...(await tellWhoWaits(stores, variants)), ...(await fillSome(stores, variants))];
  await availability.lookAgain([...new Set(again)]);
  return taken;
};

const recordLowStock = async (
  { availability, catalogue, outbox }: Stores,
  variants: readonly WatchedVariant[],
): Promise<void> => {
  const before = await availability.recorded(variants.map(({ variantId }) => variantId));
  const now = variants.map((variant) => ({ variant, variantId: variant.variantId, low: lowStockOf(variant) }));
  const differing = now.filter(({ variantId, low }) => before.get(variantId) !== low);
  if (differing.length === 0) return;
  await availability.record(differing.flatMap(({ variantId, low }) => (low ? [{ variantId, availability: low }] : [])));
  await availability.forget(differing.filter(({ low }) => !low).map(({ variantId }) => variantId));
  // What is found as being in stock, or not, is another product than before.
  const otherwise = differing.filter(({ variantId, low }) => isThere(before.get(variantId)) !== isThere(low));
  await catalogue.toRefresh.add([...new Set(otherwise.map(({ variant }) => variant.productId))]);
  const newlyLow = differing.filter(({ variantId, low }) => low && !before.has(variantId));
  await outbox.add(...newlyLow.map(({ variant }) => stockLow(variant)));
};

const isThere = (low: LowAvailability | undefined): boolean => low === undefined || isInStock(low);

/** Returns the variants of which more are to be told, as long as there are some: by then they may be sold. */
const tellWhoWaits = async (
  { alerts, outbox }: Stores,
  variants: readonly WatchedVariant[],
): Promise<readonly VariantId[]> => {
  const inStock = variants.filter((variant) => variant.isOnSale && isInStock(availabilityOf(variant)));
  const [now, later] = [inStock.slice(0, variantsToldPerRound), inStock.slice(variantsToldPerRound)];
  const waiting = await alerts.take(
    now.map(({ variantId }) => variantId),
    mostCustomersToldAtOnce,
  );
  await outbox.add(
    ...now.flatMap((variant) => {
      const customers = waiting.get(variant.variantId);
      return customers ? [backInStock(variant, customers)] : [];
    }),
  );
  const unfinished = [...waiting].filter(([, customers]) => customers.length === mostCustomersToldAtOnce);
  return [...unfinished.map(([id]) => id), ...later.map(({ variantId }) => variantId)];
};

// 10 variants with 50 lines each: their stock is locked until the transaction ends.
const variantsFilledPerRound = 10;

/** Last, because it locks stock. Returns the variants of which more can be filled. */
const fillSome = async (stores: Stores, variants: readonly WatchedVariant[]): Promise<readonly VariantId[]> => {
  const owed = variants.filter(({ canBeFilled }) => canBeFilled).map(({ variantId }) => variantId);
  const unfinished = await fillBackorders(stores, owed.slice(0, variantsFilledPerRound));
  return [...unfinished, ...owed.slice(variantsFilledPerRound)];
};

/**
 * Finds what no change of stock has announced: a new threshold of the shop, rows that somebody has mended by hand. Returns how
 * many variants are to be looked at.
 */
export const findAvailabilityChanges =
  ({ transaction }: Deps) =>
  (): Promise<number> =>
    transaction(({ availability }) => availability.lookAgainAtDifferences());

/** Deletes alerts that nobody waits for any more. Returns how many. */
export const forgetOldAlerts =
  ({ transaction }: Deps) =>
  async (): Promise<number> => {
    let total = 0;
    for (let batch = 1; batch <= forgottenBatches; batch++) {
      const dropped = await transaction(({ alerts, now }) =>
        alerts.dropOld(new Date(now.getTime() - alertLifeMs), forgottenAtOnce),
      );
      total += dropped;
      if (dropped < forgottenAtOnce) break;
    }
    return total;
  };
