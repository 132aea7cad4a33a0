import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../contracts/ids.ts';
import { guest, type Viewer } from '../../../contracts/viewer.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { replicaBounds } from '../../../platform/replica.ts';
import type { Subgraph } from '../../../platform/subgraph.ts';
import type { PrismaClient } from '../../../prisma/product/client/client.ts';
import { type BreakableLink, breakableLink } from '../../../tests/kit/breakable-link.ts';
import { type TestDatabase, testDatabase } from '../../../tests/kit/postgres.ts';
import { aCatalogue, aProduct } from '../../../tests/kit/product-builders.ts';
import { type RecordedLog, recordedLog } from '../../../tests/kit/recorded-log.ts';
import { until } from '../../../tests/kit/until.ts';
import { productVariables } from '../config.ts';
import type { GraphqlContext } from '../graphql/context.ts';
import { connect, createApp, wire } from '../wiring.ts';

const staff: Viewer = { kind: 'user', id: newId('User'), roles: ['STAFF'] };

/** A replica is another database here, which has what the test puts there: as if it were that far. */
describe('a catalogue with a replica', () => {
  let databases: TestDatabase[];
  let primary: PrismaClient;
  let copy: PrismaClient;
  let link: BreakableLink;
  let log: RecordedLog;
  let product: Subgraph<GraphqlContext>;

  beforeAll(async () => {
    databases = [await testDatabase('product'), await testDatabase('product')];
    const [here, there] = databases as [TestDatabase, TestDatabase];
    [primary, copy] = [connect(here.url, 2), connect(there.url, 2)];
    for (const prisma of [primary, copy])
      await createApp(prisma).commands.importCatalogue(aCatalogue([aProduct('lamp')]));
    await copy.product.updateMany({ data: { title: 'as it was' } });
    await primary.product.updateMany({ data: { title: 'as it is' } });
  });
  afterAll(async () => {
    await Promise.all([primary.$disconnect(), copy.$disconnect()]);
    for (const database of databases) await database.dispose();
  });
  beforeEach(async () => {
    const [here, there] = databases as [TestDatabase, TestDatabase];
    link = await breakableLink(there.url);
    log = recordedLog();
    const config = productVariables.parse({
      PRODUCT_DATABASE_URL: here.url,
      PRODUCT_DATABASE_REPLICA_URL: link.url,
      VIEWER_VERIFY_KEYS: '{"keys":[{"kty":"OKP"}]}',
    });
    product = await wire(config)({ log: log.log, metrics: createMetrics('product') });
    await until('the first look', async () => (await title()) === 'as it was');
  });
  afterEach(async () => {
    await product.close();
    await link.close();
  });

  const title = async (viewer: Viewer = guest) => {
    const { loaders } = product.context(viewer);
    return (await loaders.product.load({ slug: 'lamp' }))?.title;
  };
  /** A change of the product, which the replica gets to know when the test says so. */
  const change = async () => {
    const row = { type: 'product.changed', version: 1, aggregateType: 'product', correlationId: 'c', data: {} };
    const message = {
      ...row,
      id: newId('Message'),
      aggregateId: newId('Product'),
      sequence: 1,
      occurredAt: new Date(),
    };
    await primary.outboxMessage.create({ data: message });
    return { id: message.id, replicate: () => copy.outboxMessage.create({ data: message }) };
  };

  it('is read there by customers, and by staff, who may just have changed it, where it is changed', async () => {
    expect(await title()).toBe('as it was');
    expect(await title(staff)).toBe('as it is');
  });

  it('is read on the primary while the replica is away, and there again when it is back', async () => {
    await link.cut();
    expect(await title()).toBe('as it is');
    await link.restore();
    await until('back', async () => (await title()) === 'as it was');
    expect(log.lines.map(({ msg }) => msg)).toEqual([
      'the replica of the database is away; it is tried until it is back',
      'the replica of the database is back',
    ]);
  });

  it('is read on the primary when the replica has gone silent, after a moment', async () => {
    link.silence();
    const asked = performance.now();
    expect(await title()).toBe('as it is');
    expect(performance.now() - asked).toBeLessThan(3_000);
  });

  it('is read on the primary while the replica is behind', async () => {
    const { replicate } = await change();
    await until('noticed', async () => (await title()) === 'as it is');
    await replicate();
    await until('it has caught up', async () => (await title()) === 'as it was');
  });

  it('is announced as changed when the replica has the change, so that nobody reads the old and keeps it', async () => {
    const { id, replicate } = await change();
    let isAnnounced = false;
    const announced = product.beforeAnnouncing?.([id]).then(() => {
      isAnnounced = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAnnounced).toBe(false);
    await replicate();
    await announced;
    expect(await title()).toBe('as it was');
  });

  it('is announced as changed without the replica, once nobody reads there any more', async () => {
    const { id, replicate } = await change();
    const began = performance.now();
    await product.beforeAnnouncing?.([id]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(replicaBounds.waitMs - 50);
    expect(await title()).toBe('as it is');
    await replicate();
  });
});
