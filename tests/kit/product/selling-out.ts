/** A shop whose variants sell out and come back, for those who wait for one and for staff. */
import { type CustomerId, newId } from '#contracts/ids.ts';
import type { Product, Variant } from '#subgraphs/product/domain/catalogue/product.ts';
import { somebody } from '../user/viewers.ts';
import { aCatalogue, aProduct, aVariant, variantOf } from './builders.ts';
import { aShop } from './shop.ts';

interface Told {
  readonly variantId: string;
  readonly customerIds: readonly string[];
}

export const aShopThatSellsOut = async () => {
  const shop = await aShop();
  let made = 0;
  const slugOf = (sku: string) => sku.toLowerCase().replace(/-1$/, '');
  const save = (sku: string, fields: Partial<Variant> = {}, product: Partial<Product> = {}, units = 0) =>
    shop.commands.importCatalogue(
      aCatalogue(
        [aProduct(slugOf(sku), { variants: [aVariant(sku, fields)], ...product })],
        units ? { [sku]: units } : {},
      ),
    );
  /** A variant of a product of its own; returns its sku. */
  const sell = async (fields: Partial<Variant> = {}, product: Partial<Product> = {}): Promise<string> => {
    const sku = `GADGET-${++made}-1`;
    await save(sku, fields, product);
    await shop.commands.watchAvailability();
    return sku;
  };
  const receive = async (sku: string, quantity: number) => {
    const reference = newId('Message');
    const command = { by: somebody('STAFF'), idempotencyKey: reference, reference, location: undefined };
    await shop.commands.receiveStock({ ...command, variantId: variantOf(sku), quantity });
  };
  const wait = (customerId: CustomerId, sku: string, more: { idempotencyKey?: string; mergedGuestId?: never } = {}) =>
    shop.commands.notifyWhenInStock({ customerId, variantId: variantOf(sku), idempotencyKey: undefined, ...more });
  const waitsFor = async (customerId: CustomerId) =>
    (await shop.app.reads.stockAlerts(customerId)).map(({ variantId }) => variantId);

  const published = async <T>(type: string, sku: string): Promise<T[]> => {
    const rows = await shop.prisma.outboxMessage.findMany({
      where: { type, aggregateType: 'availability', aggregateId: variantOf(sku) },
      orderBy: { sequence: 'asc' },
    });
    return rows.map(({ data }) => data as T);
  };
  const waitingForLocks = async () => {
    const [row] = await shop.prisma.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    return row?.count ?? 0;
  };
  const told = (sku: string) => published<Told>('product.back-in-stock', sku);
  return { ...shop, slugOf, save, sell, receive, wait, waitsFor, published, waitingForLocks, told };
};
