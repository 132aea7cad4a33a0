import type { CartId, CartLineId, CustomerId, ShippingMethodId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { Prisma } from '#prisma/order/client/client.ts';
import type { CartLineModel, CartModel } from '#prisma/order/client/models.ts';
import type { Cart, CartLine } from '../../domain/cart/cart.ts';
import type { CartStore } from '../../usecases/ports.ts';
import { fromDetails, toDetails } from './details-columns.ts';

const lineColumns = { id: true, variantId: true, quantity: true } as const satisfies Prisma.CartLineSelect;

/** A column that the row gains comes along. */
export const toCart = (row: Omit<CartModel, 'createdAt'>, shop: ShopSettings): Omit<Cart, 'lines'> => ({
  ...row,
  ...toDetails(row),
  currency: currencyOf(row, shop),
  id: row.id as CartId,
  customerId: row.customerId as CustomerId,
  shippingMethodId: row.shippingMethodId as ShippingMethodId | null,
});

/** Null in carts older than the column. */
export const currencyOf = ({ currency }: { readonly currency: string | null }, shop: ShopSettings): Currency =>
  currency === null ? shop.currency : Currency.parse(currency);

const toLine = (row: Pick<CartLineModel, keyof typeof lineColumns>): CartLine => ({
  ...row,
  id: row.id as CartLineId,
  variantId: row.variantId as VariantId,
});

export const cartStore = (tx: Prisma.TransactionClient, shop: ShopSettings): CartStore => ({
  async lock(customerId) {
    // The row first, in a statement of its own: the lines are then read as the one before us left them.
    const locked = await tx.$queryRaw<unknown[]>`SELECT 1 FROM cart WHERE customer_id = ${customerId} FOR UPDATE`;
    // A cart that somebody opens between the two statements would be read without being locked.
    if (locked.length === 0) return undefined;
    const cart = await tx.cart.findUnique({
      where: { customerId },
      omit: { createdAt: true },
      include: { lines: { select: lineColumns, orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] } },
    });
    return cart ? { ...toCart(cart, shop), lines: cart.lines.map(toLine) } : undefined;
  },

  async open({ id, customerId, now }) {
    await tx.cart.createMany({
      data: [{ id, customerId, currency: shop.currency, createdAt: now, updatedAt: now }],
      skipDuplicates: true,
    });
  },

  async revise(cartId, { couponCodes, ...changes }, updatedAt) {
    const codes = couponCodes && { couponCodes: [...couponCodes] };
    await tx.cart.updateMany({ where: { id: cartId }, data: { ...fromDetails(changes), ...codes, updatedAt } });
  },

  putLines: (cartId, lines, now) => putLines(tx, cartId, lines, now),

  async removeLine(cartId, lineId, now) {
    await tx.cartLine.deleteMany({ where: { id: lineId, cartId } });
    await touch(tx, cartId, now);
  },

  async empty(cartId, now) {
    await tx.cartLine.deleteMany({ where: { cartId } });
    const ordered = { note: null, giftMessage: null, couponCodes: [] };
    await tx.cart.updateMany({ where: { id: cartId }, data: { ...ordered, updatedAt: now } });
  },

  async absorb({ from, into, lines }, now) {
    const ids = lines.map(({ id }) => id);
    await tx.cartLine.updateMany({ where: { cartId: from, id: { in: ids } }, data: { cartId: into } });
    await remove(tx, from);
    await tx.cartLine.deleteMany({ where: { cartId: into, id: { notIn: ids } } });
    await putLines(tx, into, lines, now);
  },

  remove: (cartId) => remove(tx, cartId),

  async removeOf(customerId) {
    await tx.cart.deleteMany({ where: { customerId } });
  },

  // The condition is that of the index cart_of_guest, word for word. One that is in use is passed over.
  removeIdleOfGuests: (changedBefore, limit) => tx.$executeRaw`
    DELETE FROM cart WHERE id IN (
      SELECT id FROM cart
       WHERE left(customer_id, 4) = 'gst_' AND updated_at < ${changedBefore}
       ORDER BY updated_at
       LIMIT ${limit}
         FOR UPDATE SKIP LOCKED)`,
});

const putLines = async (tx: Prisma.TransactionClient, cartId: CartId, lines: readonly CartLine[], now: Date) => {
  if (lines.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO cart_line (id, cart_id, variant_id, quantity, added_at)
    SELECT id, ${cartId}, "variantId", quantity, ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) AS line (id text, "variantId" text, quantity int)
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity`;
  await touch(tx, cartId, now);
};

const remove = async (tx: Prisma.TransactionClient, id: CartId) => {
  await tx.cart.deleteMany({ where: { id } });
};

const touch = (tx: Prisma.TransactionClient, id: CartId, updatedAt: Date) =>
  tx.cart.updateMany({ where: { id }, data: { updatedAt } });
