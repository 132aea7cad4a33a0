/** How fast one variant can be sold: whoever reserves or commits it holds its row until the commit is on the disk. */
import path from 'node:path';
import type { DataOf, Message, MessageDefinition } from '#contracts/envelope.ts';
import { newId, type VariantId } from '#contracts/ids.ts';
import { CommitStock, ReserveStock } from '#contracts/messages/stock.ts';
import { money } from '#contracts/money.ts';
import type { OwnPostgres } from '#launcher/postgres/own-postgres.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import { connect, createApp } from '#subgraphs/product/wiring.ts';
import { plentifulCatalogue, variantIdsOf } from './catalogue.ts';
import { type Ceiling, perSecondOf, repeatedly } from './ceiling.ts';

// 8: as many messages as one consumer has in hand (`busLimits.concurrency`), each with a connection.
const inHand = 8;
const variantCount = 200;
const priced = money(1_990, 'EUR');
const migrations = path.resolve(import.meta.dirname, '../../prisma/product/migrations');

type App = ReturnType<typeof createApp>;

/** Reserve and commit of one unit, as the checkout asks for them, without queue and network. */
export const measureStock = async (server: OwnPostgres, seconds: number): Promise<Ceiling[]> => {
  const { stock_ceilings: url = '' } = await ensureDatabases(server, [
    { name: 'stock_ceilings', password: 'only-for-a-moment' },
  ]);
  await applyMigrations(url, migrations);
  const prisma = connect(url, inHand);
  try {
    const app = createApp(prisma);
    const catalogue = plentifulCatalogue(variantCount);
    await app.commands.importCatalogue(catalogue);
    const variantIds = variantIdsOf(catalogue);
    const rate = async (workers: number, of: readonly VariantId[]) => {
      let next = 0;
      const loop = repeatedly(() => sellOne(app, of[next++ % of.length] as VariantId));
      await perSecondOf(seconds / 4, Array.from({ length: workers }), loop);
      return await perSecondOf(seconds, Array.from({ length: workers }), loop);
    };
    const alone = await rate(1, variantIds);
    const ceilings: Ceiling[] = [
      {
        what: 'sales one after the other',
        perSecond: alone,
        note: `${(1_000 / alone).toFixed(1)} ms for both commits`,
      },
      { what: `sales of ${variantCount} variants, ${inHand} at a time`, perSecond: await rate(inHand, variantIds) },
      { what: `sales of one variant, ${inHand} at a time`, perSecond: await rate(inHand, variantIds.slice(0, 1)) },
    ];
    // Commits that ring for the relay go one after the other whatever they sell; without, it is the rows that decide.
    await prisma.$executeRawUnsafe('ALTER TABLE outbox_message DISABLE TRIGGER USER');
    return [
      ...ceilings,
      { what: `… without NOTIFY: of ${variantCount} variants`, perSecond: await rate(inHand, variantIds) },
      { what: '… without NOTIFY: of one variant', perSecond: await rate(inHand, variantIds.slice(0, 1)) },
    ];
  } finally {
    await prisma.$disconnect();
  }
};

const sellOne = async ({ commands }: App, variantId: VariantId): Promise<void> => {
  const attempt = { attemptId: newId('Attempt'), orderId: newId('Order') };
  const lines = [{ variantId, quantity: 1, unitPrice: priced }];
  await commands.reserveStock(messageOf(ReserveStock, { ...attempt, lines, ttlMs: 60_000 }));
  await commands.commitStock(messageOf(CommitStock, attempt));
};

const messageOf = <D extends MessageDefinition>(
  { type, version }: D,
  data: DataOf<D>,
): Message<DataOf<D>> & { readonly type: D['type'] } => ({
  id: newId('Message'),
  type,
  version,
  occurredAt: new Date().toISOString(),
  aggregate: { type: 'order', id: newId('Order') },
  sequence: 1,
  correlationId: 'capacity',
  data,
});
