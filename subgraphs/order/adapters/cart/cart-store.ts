import type { CartId, CartLineId, CustomerId, ShippingMethodId, VariantId } from '#contracts/ids.ts';
import { Currency, Money } from '#contracts/money.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { CartLineModel, CartModel } from '#prisma/order/client/models.ts';
import type { Cart, CartLine } from '../../domain/cart/cart.ts';
import type { CartStore } from '../../usecases/ports.ts';
import { fromDetails, toDetails } from './details-columns.ts';

const lineColumns = {
  id: true,
  variantId: true,
  quantity: true,
  seenPrice: true,
  availableUnits: true,
} as const satisfies Prisma.CartLineSelect;

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
  seenPrice: toSeenPrice(row.seenPrice),
});

export const toSeenPrice = (json: unknown): Money | null => (json === null ? null : Money.parse(json));

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

  async acknowledge(cartId, seen, now) {
    await tx.$executeRaw`
      UPDATE cart_line SET seen_price = nullif(seen."seenPrice", 'null'), available_units = NULL
        FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) AS seen (id text, "seenPrice" jsonb)
       WHERE cart_line.id = seen.id AND cart_line.cart_id = ${cartId}`;
    await touch(tx, cartId, now);
  },

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

  // The conditions are those of the indexes cart_of_guest and cart_of_user, word for word. One that is in use is passed over.
  removeIdle: (of, changedBefore, limit) => tx.$executeRaw`
    DELETE FROM cart WHERE id IN (
      SELECT id FROM cart
       WHERE ${of === 'GUESTS' ? isOfGuest : isOfUser} AND updated_at < ${changedBefore}
       ORDER BY updated_at
       LIMIT ${limit}
         FOR UPDATE SKIP LOCKED)`,
});

const isOfGuest = Prisma.sql`left(customer_id, 4) = 'gst_'`;
const isOfUser = Prisma.sql`left(customer_id, 4) <> 'gst_'`;

const putLines = async (tx: Prisma.TransactionClient, cartId: CartId, lines: readonly CartLine[], now: Date) => {
  if (lines.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO cart_line (id, cart_id, variant_id, quantity, seen_price, available_units, added_at)
    SELECT id, ${cartId}, "variantId", quantity, nullif("seenPrice", 'null'), "availableUnits", ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(lines)}::jsonb)
        AS line (id text, "variantId" text, quantity int, "seenPrice" jsonb, "availableUnits" int)
    ON CONFLICT (cart_id, variant_id) DO UPDATE
       SET quantity = excluded.quantity,
           seen_price = coalesce(excluded.seen_price, cart_line.seen_price),
           available_units = coalesce(excluded.available_units, cart_line.available_units)`;
  await touch(tx, cartId, now);
};

const remove = async (tx: Prisma.TransactionClient, id: CartId) => {
  await tx.cart.deleteMany({ where: { id } });
};

const touch = (tx: Prisma.TransactionClient, id: CartId, updatedAt: Date) =>
  tx.cart.updateMany({ where: { id }, data: { updatedAt } });
