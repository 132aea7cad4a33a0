import type { CartId, CartLineId, VariantId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { customerOf, may, type Viewer } from '#contracts/viewer.ts';
import type { Prisma, PrismaClient } from '#prisma/order/client/client.ts';
import { type CartLine, priceLines } from '../../domain/cart/cart.ts';
import type { CartView, OrderReads } from '../../usecases/ports.ts';
import { currencyOf, toCart, toSeenPrice } from './cart-store.ts';
import { catalogueOf, rawVariantColumns, type VariantWithProduct } from './catalogue-store.ts';

type Reads = Pick<OrderReads, 'carts' | 'cartsOf' | 'cartLines'>;

const visibleTo = (viewer: Viewer): Prisma.CartWhereInput =>
  may(viewer, 'orders:read') ? {} : { customerId: customerOf(viewer) ?? { in: [] } };

type LineRow = CartLine &
  VariantWithProduct & {
    cartId: CartId;
    lineId: CartLineId;
    currency: string | null;
    status: string | null;
    productTitles: VariantWithProduct['product']['titles'];
    taxClass: string;
    categoryIds: string[];
    collectionIds: string[];
  };

export const cartReads = (prisma: PrismaClient, shop: ShopSettings): Reads => ({
  carts: (viewer, ids) => find(prisma, shop, { AND: [{ id: { in: [...ids] } }, visibleTo(viewer)] }),

  cartsOf: (viewer, customers) =>
    find(prisma, shop, { AND: [{ customerId: { in: [...customers] } }, visibleTo(viewer)] }),

  cartLines: async (cartIds) => {
    const rows = await prisma.$queryRaw<LineRow[]>`
      SELECT l.cart_id AS "cartId", l.id AS "lineId", l.variant_id AS "variantId", l.quantity,
             l.seen_price AS "seenPrice", l.available_units AS "availableUnits", c.currency,
             ${rawVariantColumns}, p.titles AS "productTitles", p.status, p.tax_class AS "taxClass",
             p.category_ids AS "categoryIds", p.collection_ids AS "collectionIds"
        FROM cart_line l
        JOIN cart c ON c.id = l.cart_id
        LEFT JOIN catalogue_variant v ON v.id = l.variant_id
        LEFT JOIN catalogue_product p ON p.id = v.product_id
       WHERE l.cart_id = ANY (${cartIds}::text[])
       ORDER BY l.cart_id, l.added_at, l.id`;
    const known = rows.flatMap(({ productTitles: titles, status, taxClass, categoryIds, collectionIds, ...row }) =>
      status === null ? [] : [{ ...row, product: { titles, status, taxClass, categoryIds, collectionIds } }],
    );
    const catalogue = catalogueOf(shop, known);
    const lineOf = ({ lineId, variantId, quantity, seenPrice, availableUnits }: LineRow): CartLine => ({
      id: lineId,
      variantId: variantId as VariantId,
      quantity,
      seenPrice: toSeenPrice(seenPrice),
      availableUnits: availableUnits ?? null,
    });
    const byCart = Map.groupBy(rows, ({ cartId }) => cartId);
    const priced = (ofOne: readonly [LineRow, ...LineRow[]]) =>
      priceLines(ofOne.map(lineOf), catalogue, currencyOf(ofOne[0], shop));
    return new Map([...byCart].map(([id, ofOne]) => [id, priced(ofOne as [LineRow, ...LineRow[]])] as const));
  },
});

const find = async (prisma: PrismaClient, shop: ShopSettings, where: Prisma.CartWhereInput): Promise<CartView[]> =>
  (await prisma.cart.findMany({ where, omit: { createdAt: true } })).map((row) => toCart(row, shop));
