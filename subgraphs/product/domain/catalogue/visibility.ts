/** Who sees what of the catalogue. */
import { CallerFault } from '#contracts/result.ts';
import { hasRole, type Viewer } from '#contracts/viewer.ts';
import { type ProductStatus, productStatuses } from './catalogue.ts';

/** What others see of a product in any other status is nothing: it is not found, never "forbidden". */
export const visibleTo = (viewer: Viewer): readonly ProductStatus[] =>
  hasRole(viewer, 'STAFF') ? productStatuses : ['PUBLISHED'];

/** The status whose products are listed. Asking for one that the viewer may not see is `FORBIDDEN`. */
export const statusToList = (viewer: Viewer, asked: ProductStatus | null | undefined): ProductStatus => {
  const status = asked ?? 'PUBLISHED';
  if (!visibleTo(viewer).includes(status))
    throw new CallerFault('FORBIDDEN', 'Only staff may list products that are not published.');
  return status;
};
