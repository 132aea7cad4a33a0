/** Staff put a product into the shop, take it out, and say when it comes. */
import type { ProductId } from '#contracts/ids.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import type { ProductStatus, StoredProduct } from '../../domain/catalogue/product.ts';
import { invalidProduct, notPublishable } from '../../domain/catalogue/product-failures.ts';
import { missingForPublishing } from '../../domain/catalogue/publishing.ts';
import { momentFault } from '../../domain/catalogue/scheduled-price.ts';
import type { Deps, Stores } from '../ports.ts';
import {
  type ChangeCommand,
  type ChangedProduct,
  changeProduct,
  type Decision,
  keepingNames,
  type NotChangedKeepingNames,
} from './change-product.ts';

export interface OfProduct extends ChangeCommand {
  readonly productId: ProductId;
}

export interface PublishProduct extends OfProduct {
  /** At once without it, or when it has passed. */
  readonly publishAt: Date | undefined;
}

type Changed = Promise<Result<ChangedProduct, NotChangedKeepingNames>>;

export const publishProduct =
  (deps: Deps) =>
  (command: PublishProduct): Changed =>
    keepingNames(
      changeProduct(
        deps,
        command,
        'publishProduct',
        () => command.productId,
        async (product, stores) => {
          const { publishAt } = command;
          if (!publishAt || publishAt <= stores.now) return ok(await inStatus('PUBLISHED', product, stores));
          const fault =
            product.status === 'PUBLISHED'
              ? 'is not for a product that is published'
              : momentFault(publishAt, stores.now);
          if (fault) return fail(invalidProduct({ path: 'publishAt', message: fault }));
          const missing = missingForPublishing(product, deps.shop);
          if (missing.length > 0) return fail(notPublishable(missing));
          return ok({
            // What is archived waits as a draft: it is not for sale until then either way.
            product: { ...product, status: 'DRAFT' },
            details: { publishAt: publishAt.toISOString() },
            also: ({ schedule }) => schedule.setPublishAt(product.id, publishAt),
          });
        },
      ),
    );

/** Takes it out of the shop, at once; also what was to come into it. It is a draft again, and can be published again. */
export const unpublishProduct =
  (deps: Deps) =>
  (command: OfProduct): Changed =>
    keepingNames(
      changeProduct(
        deps,
        command,
        'unpublishProduct',
        () => command.productId,
        async (product, stores) => ok(await inStatus('DRAFT', product, stores)),
      ),
    );

/** No longer for sale; kept for the orders that name it, with its slug. */
export const archiveProduct =
  (deps: Deps) =>
  (command: OfProduct): Changed =>
    keepingNames(
      changeProduct(
        deps,
        command,
        'archiveProduct',
        () => command.productId,
        async (product, stores) => ok(await inStatus('ARCHIVED', product, stores)),
      ),
    );

/** Whatever it is in now, and with no publication to come. */
const inStatus = async (status: ProductStatus, product: StoredProduct, { schedule }: Stores): Promise<Decision> => {
  const isScheduled = (await schedule.publishAt(product.id)) !== null;
  return {
    product: { ...product, status },
    details: { from: product.status, to: status },
    ...(isScheduled && { also: (stores: Stores) => stores.schedule.setPublishAt(product.id, null) }),
  };
};
