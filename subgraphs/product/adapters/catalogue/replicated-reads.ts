import type { Replica } from '#platform/database/replica.ts';
import type { CatalogueReads } from '../../usecases/ports.ts';

/** What customers look at, from the replica while it keeps up with the primary, and from the primary otherwise. */
export const replicatedReads = (
  primary: CatalogueReads,
  copy: CatalogueReads,
  { read }: Pick<Replica, 'read'>,
): CatalogueReads => ({
  products: (...given) =>
    read(
      () => copy.products(...given),
      () => primary.products(...given),
    ),
  variants: (...given) =>
    read(
      () => copy.variants(...given),
      () => primary.variants(...given),
    ),
  variantsOf: (...given) =>
    read(
      () => copy.variantsOf(...given),
      () => primary.variantsOf(...given),
    ),
  available: (...given) =>
    read(
      () => copy.available(...given),
      () => primary.available(...given),
    ),
  categories: (...given) =>
    read(
      () => copy.categories(...given),
      () => primary.categories(...given),
    ),
  categoriesBelow: (...given) =>
    read(
      () => copy.categoriesBelow(...given),
      () => primary.categoriesBelow(...given),
    ),
  pages: (...given) =>
    read(
      () => copy.pages(...given),
      () => primary.pages(...given),
    ),
  counts: (...given) =>
    read(
      () => copy.counts(...given),
      () => primary.counts(...given),
    ),
});
