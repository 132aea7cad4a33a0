/** Making order's replica anew, in this process. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EventPage, signatureHeader } from '#contracts/event-page.ts';
import { namedId } from '#contracts/ids.ts';
import { ProductChangedV1 } from '#contracts/messages/product.ts';
import { money } from '#contracts/money.ts';
import { customer, variantOf } from '#kit/order/app.ts';
import type { MessageHandler } from '#platform/messaging/consumer.ts';
import { outbox } from '#platform/messaging/outbox.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { measureCatalogue } from '#subgraphs/order/adapters/cart/catalogue-store.ts';
import { readModels } from '#subgraphs/order/wiring.ts';
import { type Interfere, type RebuildTestSystem, type Reply, rebuildTestSystem } from './rebuild.fixture.ts';

let system: RebuildTestSystem;
beforeAll(async () => {
  system = await rebuildTestSystem();
});
afterAll(() => system.close());
beforeEach(() => system.pages.interfereWith(undefined));

describe('a rebuilt read model', () => {
  it('is what it was when it had been emptied, a variant that its product has lost included', async () => {
    const before = await system.replica();
    expect(before.variants).toContainEqual(expect.objectContaining({ sku: 'LAMP-1', is_removed: true }));
    const received = await system.kit.prisma.inboxMessage.count();
    await system.emptyReplica();
    const seen: string[] = [];
    const rebuilt = await system.rebuildCatalogue({ progress: (done, of) => seen.push(`${done}/${of}`) });
    expect(rebuilt).toEqual({ aggregates: 24, written: 24 + 25, removed: 0, kept: 0 });
    expect(seen).toEqual(['20/24', '24/24']);
    expect(await system.replica()).toEqual(before);
    expect(await system.kit.prisma.inboxMessage.count()).toBe(received);
    expect(await system.schemas()).toEqual([]);
  });

  it('has nothing wrong in it any more, whatever it was, and a second time nothing is written', async () => {
    const before = await system.replica();
    await system.sql(`UPDATE catalogue_variant SET sku = 'WRONG' WHERE sku = 'THING-7-1'`);
    await system.sql(`DELETE FROM catalogue_variant WHERE sku = 'LAMP-1'`);
    // Two that no message could ever mend: they would win against every one.
    await system.sql(
      `UPDATE catalogue_product SET sequence = 999, status = 'DRAFT' WHERE titles ->> 'en' LIKE '%thing-8%'`,
    );
    await system.sql(`INSERT INTO catalogue_product SELECT * FROM
      jsonb_populate_record((SELECT catalogue_product FROM catalogue_product LIMIT 1), '{"id": "nobody-knows-it"}')`);
    const wrong = (await system.replica()).products?.filter((row) => (row as { sequence: number }).sequence === 999);
    expect(await system.rebuildCatalogue()).toMatchObject({ written: 2 + Number(wrong?.length), removed: 1, kept: 0 });
    expect(await system.replica()).toEqual(before);
    expect(await system.rebuildCatalogue()).toMatchObject({ written: 0, removed: 0 });
  });

  it('has everything that comes in while it is made, and the shop sells meanwhile', async () => {
    const buyer = customer('rebuilding');
    await system.sql(`DELETE FROM catalogue_variant WHERE sku = 'THING-3-1'`);
    let prices = 2_000;
    const sold: boolean[] = [];
    const change = async () => {
      // The first are behind the page that is being read, the last are before it.
      for (const slug of ['thing-1', 'thing-19', 'lamp-of-tomorrow']) await system.reprice(slug, ++prices);
      await system.deliver();
      sold.push(
        (
          await system.kit.app.commands.addToCart({
            customerId: buyer.id,
            variantId: variantOf('THING-1-1'),
            quantity: 1,
            idempotencyKey: undefined,
          })
        ).ok,
      );
    };
    const rebuilt = await system.rebuildCatalogue({
      around: (source) => ({
        async *all() {
          for await (const page of source.all()) {
            await change();
            yield page;
            await change();
          }
        },
        of: async (ids) => {
          const found = await source.of(ids);
          // Always one more: some have to remain as the consumer has written them.
          await change();
          return found;
        },
      }),
    });
    expect(rebuilt.kept).toBe(3);
    expect(sold.length).toBeGreaterThanOrEqual(5);
    expect(sold).not.toContain(false);
    expect(await system.kit.prisma.catalogueVariant.findFirst({ where: { sku: 'THING-1-1' } })).toMatchObject({
      id: variantOf('THING-1-1'),
    });
    const now = await system.replica();
    await system.emptyReplica();
    await system.rebuildCatalogue();
    expect(await system.replica()).toEqual(now);
  });
});

describe('an event store of before version 2 of product.changed', () => {
  it('rebuilds the same as its messages did, and an upgrade to come is found in it', async () => {
    const { shop, kit, sql } = system;
    const old = (amount: number) => ({
      type: ProductChangedV1.type,
      version: ProductChangedV1.version,
      aggregate: { type: 'product', id: namedId('Product', 'relic') },
      data: {
        productId: namedId('Product', 'relic'),
        slug: 'relic',
        title: 'The relic',
        status: 'PUBLISHED',
        variants: [{ variantId: variantOf('RELIC-1'), sku: 'RELIC-1', title: 'Relic', price: money(amount, 'EUR') }],
      },
    });
    await shop.prisma.$transaction((tx) => outbox(tx).add(old(500), old(600)));
    await system.deliver();
    const before = await system.replica();
    expect(await kit.prisma.catalogueVariant.findUnique({ where: { id: variantOf('RELIC-1') } })).toMatchObject({
      titles: { en: 'Relic' },
      prices: { EUR: 600 },
    });
    await sql(`DELETE FROM catalogue_variant WHERE sku = 'RELIC-1'`);
    await system.rebuildCatalogue();
    expect(await system.replica()).toEqual(before);
  });
});

describe('the age of a read model', () => {
  it('is that of the newest change it has, and there is none while it is empty', async () => {
    const metrics = createMetrics('order');
    measureCatalogue(metrics, system.kit.prisma);
    const age = async () =>
      (await metrics.getSingleMetric('agora_read_model_newest_change_age_seconds')?.get())?.values;
    await system.sql(`UPDATE catalogue_product SET changed_at = now() - interval '1 hour'`);
    await system.reprice('thing-5', 4_711);
    await system.deliver();
    expect(await age()).toEqual([{ labels: { read_model: 'catalogue' }, value: expect.any(Number) }]);
    expect((await age())?.[0]?.value).toBeLessThan(3_000);
    await system.emptyReplica();
    expect(await age()).toEqual([]);
    await system.rebuildCatalogue();
    expect(await age()).toHaveLength(1);
  });
});

describe('a rebuild that fails leaves the read model and the database as they were', () => {
  const failing = async (how: Promise<unknown>, sentence: RegExp) => {
    await expect(how).rejects.toThrow(sentence);
    expect(await system.schemas()).toEqual([]);
    expect(await system.replica()).toEqual(before);
  };
  let before: Awaited<ReturnType<typeof system.replica>>;
  beforeAll(async () => {
    // Wrong, so that a rebuild that took effect would be seen.
    await system.sql(`UPDATE catalogue_variant SET sku = sku || ' wrong'`);
    before = await system.replica();
  });
  afterAll(() => system.rebuildCatalogue());

  const answeringWith = (change: (page: EventPage) => unknown) => async (body: string, reply: Reply, nth: number) => {
    if (nth < 2) return body;
    const changed = JSON.stringify(change(JSON.parse(body)));
    // Signed as it should be, so that what is in it is all that is wrong.
    reply.header(
      signatureHeader,
      system.signature.signAnswer(reply.request.headers.authorization.slice(7), changed) ?? '',
    );
    return changed;
  };

  it.each<[string, Interfere, RegExp]>([
    [
      'whose signature is not product’s',
      (body, reply) => {
        reply.header(signatureHeader, 'mine');
        return body;
      },
      /is not signed by product/,
    ],
    ['that was changed on its way', (body) => body.replace('THING-9-1', 'THING-X-1'), /is not signed by product/],
    ['of a format to come', answeringWith((page) => ({ ...page, format: 2 })), /format 2, and this release reads 1/],
    ['of something else', answeringWith(({ format }) => ({ format, goods: [] })), /cannot read/],
    [
      'with a message for which nobody asked',
      answeringWith((page) => ({ ...page, messages: page.messages.map((message) => ({ ...message, version: 99 })) })),
      /serves product.changed v99/,
    ],
    [
      'with a message that is not what its version says',
      answeringWith((page) => ({ ...page, messages: page.messages.map((message) => ({ ...message, data: {} })) })),
      /does not match product.changed/,
    ],
    ['that leads to itself', answeringWith((page) => ({ ...page, next: 'thing' })), /same page for ever/],
  ])('by a page %s', async (_, how, sentence) => {
    system.pages.interfereWith(how);
    await failing(system.rebuildCatalogue(), sentence);
  });

  it('by the answer to an earlier question, which is signed as well', async () => {
    const answers: { body: string; signature: string }[] = [];
    system.pages.interfereWith((body, reply) => {
      answers.push({ body, signature: String(reply.getHeader(signatureHeader)) });
      reply.header(signatureHeader, answers[0]?.signature ?? '');
      return answers[0]?.body;
    });
    await failing(system.rebuildCatalogue(), /is not signed by product/);
    expect(answers).toHaveLength(2);
  });

  it('by a product that goes away midway and stays away', async () => {
    await failing(system.rebuildCatalogue({ progress: system.pages.goAway }), /product does not answer at/);
    system.pages.comeBack();
  });

  it('by a handler that fails in the middle of a page', async () => {
    const breaking = (url: string) => {
      const { handlers, ...rest } = readModels(url);
      let left = 10;
      const catalogue = handlers.catalogue.map(
        ({ definition, handle }): MessageHandler => ({
          definition,
          handle: async (message) => {
            if (left-- === 0) throw new Error('the disk is full');
            await handle(message);
          },
        }),
      );
      return { ...rest, handlers: { catalogue } };
    };
    await failing(system.rebuildCatalogue({ open: breaking }), /the disk is full/);
  });

  it('by a second one of the same read model, which does not disturb the first', async () => {
    let second: unknown;
    await system.rebuildCatalogue({
      around: (source) => ({
        ...source,
        async *all() {
          for await (const page of source.all()) {
            yield page;
            second ??= await system.rebuildCatalogue().catch((fault: Error) => fault.message);
          }
        },
      }),
    });
    expect(second).toMatch(/another rebuild of catalogue is running/);
    await system.sql(`UPDATE catalogue_variant SET sku = sku || ' wrong'`);
  });
});

describe('product away for a moment', () => {
  it('is waited for, and the rebuild goes on where it was', async () => {
    await system.emptyReplica();
    const said: string[] = [];
    const rebuilt = await system.rebuildCatalogue({
      patienceMs: 30_000,
      progress: (done) => done === 20 && system.pages.goAway(),
      report: (sentence) => {
        said.push(sentence);
        system.pages.comeBack();
      },
    });
    expect(said).toEqual([expect.stringMatching(/^waiting: product does not answer/)]);
    expect(rebuilt).toMatchObject({ aggregates: 26 });
  });
});
