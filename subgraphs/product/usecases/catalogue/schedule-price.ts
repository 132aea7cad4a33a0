/** Prices, and publications, that come true by the database's clock. */
import { isDeepStrictEqual } from 'node:util';
import type { VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import type { FieldFault, LimitReached } from '../../domain/catalogue/failures.ts';
import { Prices, type StoredProduct } from '../../domain/catalogue/product.ts';
import { invalidProduct, tooManyScheduledPrices } from '../../domain/catalogue/product-failures.ts';
import { missingForPublishing } from '../../domain/catalogue/publishing.ts';
import {
  momentFault,
  mostScheduledPrices,
  newScheduledPriceId,
  type ScheduledPrice,
  type ScheduledPriceId,
  withDuePrices,
} from '../../domain/catalogue/scheduled-price.ts';
import type { Deps, Stores } from '../ports.ts';
import {
  type ChangeCommand,
  type ChangedProduct,
  changeProduct,
  keepingNames,
  type NotChangedKeepingNames,
} from './change-product.ts';
import { productOf } from './change-variant.ts';
import { refreshDerived } from './refresh-products.ts';

export interface SchedulePrice extends ChangeCommand {
  readonly variantId: VariantId;
  readonly currency: Currency;
  readonly amount: number;
  readonly startsAt: Date;
}

export const schedulePrice =
  (deps: Deps) =>
  (command: SchedulePrice): Promise<Result<ChangedProduct, NotChangedKeepingNames | LimitReached>> =>
    keepingNames(
      changeProduct<SchedulePrice, LimitReached>(
        deps,
        command,
        'schedulePrice',
        productOf(command.variantId),
        async (product, { schedule, now }) => {
          const { variantId, currency, amount, startsAt } = command;
          const price = { id: newScheduledPriceId(), variantId, currency, amount, startsAt };
          const others = await schedule.pricesOf(variantId);
          const faults = priceFaults(price, product, others, now);
          if (faults.length > 0) return fail(invalidProduct(...faults));
          if (others.length >= mostScheduledPrices) return fail(tooManyScheduledPrices(mostScheduledPrices));
          return ok({
            product,
            details: { variantId, price: `${currency}:${amount}`, startsAt: startsAt.toISOString() },
            also: (stores) => stores.schedule.addPrice(price),
            made: { variantId, scheduledPriceId: price.id },
          });
        },
      ),
    );

const priceFaults = (
  { variantId, currency, amount, startsAt }: ScheduledPrice,
  { variants }: StoredProduct,
  others: readonly ScheduledPrice[],
  now: Date,
): FieldFault[] => {
  const faults = [
    { path: 'amount', message: Prices.safeParse({ [currency]: amount }).error?.issues[0]?.message },
    { path: 'startsAt', message: momentFault(startsAt, now) },
    {
      path: 'startsAt',
      message: others.some((other) => other.currency === currency && other.startsAt.getTime() === startsAt.getTime())
        ? 'is the moment of another price in this currency'
        : undefined,
    },
    {
      path: 'variantId',
      message: variants.some(({ id, isArchived }) => id === variantId && isArchived)
        ? 'is a variant that is archived'
        : undefined,
    },
  ];
  return faults.flatMap(({ path, message }) => (message === undefined ? [] : [{ path, message }]));
};

export interface CancelScheduledPrice extends ChangeCommand {
  readonly id: ScheduledPriceId;
}

const gone = () => new CallerFault('NOT_FOUND', 'There is no such scheduled price; it may be the price by now.');

export const cancelScheduledPrice =
  (deps: Deps) =>
  (command: CancelScheduledPrice): Promise<Result<ChangedProduct, NotChangedKeepingNames>> =>
    keepingNames(
      changeProduct(
        deps,
        command,
        'cancelScheduledPrice',
        async (stores) => {
          const variantId = await stores.schedule.variantOf(command.id);
          if (!variantId) throw gone();
          return productOf(variantId)(stores);
        },
        (product) =>
          ok({
            product,
            details: { scheduledPriceId: command.id },
            also: async ({ schedule }) => {
              // The product is locked: if the price is gone now, it came true while we waited.
              if (!(await schedule.removePrice(command.id))) throw gone();
            },
          }),
      ),
    );

// 50 products a transaction: short locks on a shop that is open.
const batchSize = 50;
// 100 batches a round, so that a process that is to stop need not wait for the whole sale to begin.
const mostBatches = 100;

/** Applies what is due. Safe in many copies at once: what is due is taken from under the product's lock. */
export const applySchedule = (deps: Deps) => async (): Promise<void> => {
  for (let batches = 0; batches < mostBatches && (await deps.transaction(applyBatch(deps))); batches++);
};

const applyBatch =
  ({ shop }: Pick<Deps, 'shop'>) =>
  async (stores: Stores): Promise<boolean> => {
    const { catalogue, schedule } = stores;
    const ids = await schedule.dueProducts(batchSize);
    if (ids.length === 0) return false;
    const products = await catalogue.lockProducts(ids);
    const prices = await schedule.takeDuePrices(ids);
    const publications = await schedule.takeDuePublications(ids);
    const changed = [...products.values()].flatMap(({ version: _, ...before }) => {
      const priced = withDuePrices(before, prices);
      // An import may have left less than a page of the shop takes: then it stays a draft.
      const isPublished =
        publications.includes(before.id) &&
        before.status === 'DRAFT' &&
        missingForPublishing(priced, shop).length === 0;
      const after = isPublished ? { ...priced, status: 'PUBLISHED' as const } : priced;
      return isDeepStrictEqual(before, after) ? [] : [after];
    });
    await catalogue.saveProducts(changed);
    await refreshDerived(stores, changed);
    return true;
  };
