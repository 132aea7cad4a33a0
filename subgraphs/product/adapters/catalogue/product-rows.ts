/** A product's row as the graph shows it, whichever query found it. */
import type { CategoryId, ProductId } from '#contracts/ids.ts';
import { fieldsWithout } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import type { ProductModel } from '#prisma/product/client/models.ts';
import type { NamedValue } from '../../domain/catalogue/catalogue.ts';
import type { ProductView } from '../../usecases/ports.ts';

/** What the database writes by itself is read by nobody. */
export const writtenByDatabase = { createdAt: true, updatedAt: true } as const satisfies Prisma.ProductOmit;

export const productFields = fieldsWithout(Prisma.ProductScalarFieldEnum, 'createdAt', 'updatedAt');

export type ProductRow = Omit<ProductModel, keyof typeof writtenByDatabase>;

export const productView = (row: ProductRow): ProductView => ({
  ...row,
  id: row.id as ProductId,
  categoryId: row.categoryId as CategoryId,
  attributes: row.attributes as NamedValue[],
});
