/** Goods that come back, from the order service's command to product's reply, over the real bus. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataOf } from '#contracts/envelope.ts';
import { namedId, newId } from '#contracts/ids.ts';
import { LocationCode, ReturnStock, StockReturned } from '#contracts/messages/stock.ts';
import { aMessageOf } from '#kit/messaging/messages.ts';
import { eachTransport } from '#kit/messaging/transports.ts';
import { variantOf } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { until } from '#kit/vitest/until.ts';
import { on, startConsumer } from '#platform/messaging/consumer.ts';
import { startRelay } from '#platform/messaging/relay.ts';
import { consumers } from '../../consumers.ts';

let shop: Shop;
let [lamp, rope] = ['', ''];

beforeAll(async () => {
  shop = await aShop();
  await shop.prisma.location.create({ data: { code: 'outlet', name: 'Outlet', priority: 5 } });
});
beforeEach(async () => {
  [lamp = '', rope = ''] = await shop.stock(5, 5);
});

const outlet = LocationCode.parse('outlet');
const orderId = namedId('Order', 'returned');
type Line = Omit<DataOf<typeof ReturnStock>['lines'][number], 'variantId'> & { readonly sku: string };

const returned = (returnId: ReturnType<typeof newId<'Return'>>, ...lines: Line[]) =>
  aMessageOf(ReturnStock, {
    ...{ returnId, orderId },
    lines: lines.map(({ sku, ...line }) => ({ variantId: variantOf(sku), ...line })),
  });
const replies = async (returnId: string) =>
  (await shop.prisma.outboxMessage.findMany({ where: { aggregateType: 'return', aggregateId: returnId } })).map(
    ({ type }) => type,
  );

eachTransport('stock.return', (transport) => {
  it('is booked by line, and answered', async () => {
    const returnId = newId('Return');
    const answers: unknown[] = [];
    const own = await startConsumer({
      ...{ bus: transport.bus, queue: transport.queue, log: transport.recorded.log },
      handlers: consumers(shop.app),
    });
    const others = await startConsumer({
      ...{ bus: transport.bus, queue: `${transport.queue}-order`, log: transport.recorded.log },
      handlers: [on(StockReturned, async ({ data }) => void answers.push(data))],
    });
    const relay = await startRelay({
      databaseUrl: shop.databaseUrl,
      bus: await transport.another(),
      receivers: (type) => (type === 'stock.returned' ? [`${transport.queue}-order`] : []),
      log: transport.recorded.log,
    });
    try {
      const command = returned(
        returnId,
        { sku: lamp, quantity: 2, disposition: 'RESTOCK' },
        { sku: lamp, quantity: 1, disposition: 'SCRAP' },
        { sku: rope, quantity: 1, disposition: 'RESTOCK', location: outlet },
      );
      await transport.publish(command, { ...command, id: newId('Message') });
      await until('both are answered', () => answers.length === 2);
      expect(answers).toEqual([
        { returnId, orderId },
        { returnId, orderId },
      ]);
      expect(await shop.levels(lamp)).toEqual({ main: [7, 0] });
      expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RETURN 3', 'SCRAP 1']);
      expect(await shop.levels(rope)).toEqual({ main: [5, 0], outlet: [1, 0] });
    } finally {
      await Promise.all([relay.close(), own.close(), others.close()]);
    }
  });
});

describe('stock.return', () => {
  it('is booked once, with the lines that came first, however many messages ask for it at once', async () => {
    const returnId = newId('Return');
    const line = { sku: lamp, quantity: 2, disposition: 'RESTOCK' } as const;
    const message = returned(returnId, line);
    await Promise.all(
      [message, message, returned(returnId, line), returned(returnId, line)].map((each) =>
        shop.commands.bookReturn(each),
      ),
    );
    await shop.commands.bookReturn(returned(returnId, { ...line, quantity: 5 }, { ...line, sku: rope }));
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RETURN 2']);
    expect(await shop.movements(rope)).toEqual(['RECEIPT 5']);
    expect(await replies(returnId)).toEqual(Array(4).fill('stock.returned'));
  });

  it('does not book what staff have booked by hand with its id', async () => {
    const returnId = newId('Return');
    await shop.prisma.stockMovement.create({
      data: {
        ...{ id: newId('Movement'), variantId: variantOf(lamp), kind: 'RETURN', quantity: 1, reference: returnId },
        occurredAt: new Date(),
      },
    });
    await shop.prisma.$executeRaw`UPDATE stock_level SET on_hand = 6 WHERE variant_id = ${variantOf(lamp)}`;
    const line = { quantity: 1, disposition: 'RESTOCK' } as const;
    await shop.commands.bookReturn(returned(returnId, { sku: lamp, ...line }, { sku: rope, ...line }));
    expect(await shop.levels(lamp)).toEqual({ main: [6, 0] });
    expect(await shop.levels(rope)).toEqual({ main: [6, 0] });
  });

  it.each([
    ['variants', { sku: 'NO-SUCH' }],
    ['to a location', { location: LocationCode.parse('moon') }],
  ])('of %s that there is not fails whole, and can be sent again', async (what, unknown) => {
    const line = { sku: lamp, quantity: 1, disposition: 'RESTOCK' } as const;
    const message = returned(newId('Return'), line, { ...line, ...unknown });
    await expect(shop.commands.bookReturn(message)).rejects.toThrow(`returns ${what} that do`);
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5']);
    expect(await shop.prisma.inboxMessage.count({ where: { id: message.id } })).toBe(0);
  });
});
