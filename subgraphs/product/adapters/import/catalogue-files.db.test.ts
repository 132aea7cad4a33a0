import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { aCatalogue } from '#kit/product/builders.ts';
import { aBrowsableShop } from '#kit/product/graph.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { documentsOf, filesOf, importFiles, lighting, lines, weight } from './files.fixture.ts';

const { fileOf, load } = importFiles();

const exported = async (shop: Pick<Shop, 'prisma' | 'commands'>) => {
  const documents = await documentsOf(shop);
  // By name: ids, which order the export, are not part of it.
  return documents.map((document) => JSON.stringify(document)).sort();
};

const product = (slug: string, more: object = {}) => ({
  product: {
    slug,
    texts: { en: { title: slug, description: '' } },
    category: 'lighting',
    status: 'PUBLISHED',
    variants: [{ sku: slug.toUpperCase(), prices: { EUR: 1_000 }, initialStock: 3 }],
    ...more,
  },
});

describe('JSON Lines', () => {
  it('carry a whole catalogue from one shop to another', async () => {
    const from = await aBrowsableShop();
    const to = await aShop(aCatalogue([], {}, []));
    // A product in the shop without a variant, as an import by ids may leave one, is one that this import would refuse.
    await from.prisma.product.updateMany({ where: { slug: 'bare' }, data: { status: 'DRAFT' } });
    const all = await documentsOf(from);
    const file = await fileOf(lines(...all));
    expect(await filesOf(to).importFile(file)).toMatchObject({ faults: [], changed: all.length, isComplete: true });
    expect(await exported(to)).toEqual(await exported(from));
    expect(await filesOf(to).importFile(file)).toMatchObject({ faults: [], changed: 0, from: 1 });
  });

  it('leave what they do not name, and receive the initial stock once', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    await filesOf(shop).importFile(await fileOf(lines(lighting, weight, product('lamp', { brand: 'Funkel' }))));
    const dearer = product('lamp', { variants: [{ sku: 'LAMP', prices: { KRW: 15_000 }, initialStock: 9 }] });
    const again = { product: { slug: 'lamp', variants: dearer.product.variants, attributes: { weight: 240 } } };
    expect(await filesOf(shop).importFile(await fileOf(lines(again)))).toMatchObject({ changed: 1, received: 0 });
    const [row] = await shop.prisma.productVariant.findMany({ include: { product: true, stock: true } });
    expect(row).toMatchObject({
      prices: { EUR: 1_000, KRW: 15_000 },
      product: { brand: 'Funkel', attributes: { weight: 240 }, version: 2 },
      stock: [{ onHand: 3 }],
    });
  });

  it('list every line that is at fault, and import the others', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    const text = [
      JSON.stringify(lighting),
      'not JSON',
      '',
      'null',
      JSON.stringify({ product: { slug: 'A b' } }),
      JSON.stringify({ thing: {} }),
      JSON.stringify(product('lamp')),
      JSON.stringify(product('lamp-2', { category: 'nowhere' })),
      JSON.stringify(product('lamp-3', { variants: [{ sku: 'LAMP' }] })),
      JSON.stringify(product('lamp-4', { attributes: { colour: 'red' } })),
      JSON.stringify(product('lamp-5', { colour: 'red' })),
      JSON.stringify({ product: { slug: 'lamp-6' } }),
      JSON.stringify(product('lamp-7', { variants: [{ sku: 'LAMP-7', prices: { KRW: 1 } }] })),
      JSON.stringify({ category: { slug: 'loop', texts: { en: { name: 'Loop' } }, parent: 'loop' } }),
      JSON.stringify({ category: { slug: 'A b', position: -1, colour: 'red' } }),
      `"${'x'.repeat(1_000_001)}"`,
      JSON.stringify(product('last')),
    ].join('\r\n');
    const file = await fileOf(Buffer.concat([Buffer.from(text), Buffer.from('\n"\xff"', 'latin1')]));
    const { faults, changed } = await filesOf(shop).importFile(file);
    expect(faults.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 is not JSON',
      '4 is not one of {"product": …}, {"category": …}, {"attribute": …}, {"collection": …}',
      '5 slug: is not a slug',
      '6 is not one of {"product": …}, {"category": …}, {"attribute": …}, {"collection": …}',
      '8 category: there is no category nowhere',
      "9 variants.0.sku: LAMP is another product's; status: cannot be PUBLISHED: no variant has a price in EUR",
      '10 attributes.colour: is not an attribute of this shop',
      '11 product: has the unknown field colour',
      '12 texts: has no language; category: is missing',
      '13 status: cannot be PUBLISHED: no variant has a price in EUR',
      '14 parent: there is no category loop',
      '15 slug: is not a slug; position: is less than 0; category: has the unknown field colour',
      '16 is longer than 1000000 bytes',
      '18 is not UTF-8',
    ]);
    expect(changed).toBe(3);
    expect(await shop.prisma.catalogueImport.count()).toBe(0);
  });

  it('take the numbers that staff may type, and no others', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    await load(shop, lighting, weight);
    const numbers = [1e300, 5e-324, 1e-8, 2 ** 57, 0.1234567, '5 lm', -0, -123456789012345, 0.000001, 1.5];
    const given = numbers.map((number, n) => product(`n-${n}`, { attributes: { weight: number } }));
    // JSON.stringify writes 0 for it.
    const file = await fileOf(lines(...given).replace('"weight":0}', '"weight":-0}'));
    expect(await readFile(file, 'utf8')).toContain('"weight":-0}');
    const { faults } = await filesOf(shop).importFile(file);
    const notDecimal = 'is not a decimal number with at most 15 digits before the point and 6 behind it';
    expect(faults).toEqual([
      ...[1, 2, 3, 4, 5].map((line) => ({ line, reason: `attributes.weight: ${notDecimal}` })),
      { line: 6, reason: 'attributes.weight: is not a number' },
    ]);
    expect(await filesOf(shop).importFile(file)).toMatchObject({ changed: 0 });
  });

  it('tell the line that the database refuses, and import the others', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    await shop.prisma.$executeRaw`ALTER TABLE product ADD CONSTRAINT no_curse CHECK (brand <> 'Cursed')`;
    // Parents may come behind their products within a batch.
    const file = await fileOf(
      lines(product('lamp'), product('mug', { brand: 'Cursed' }), product('tent', { category: 'nowhere' }), lighting),
    );
    const { faults, changed, isComplete } = await filesOf(shop).importFile(file);
    expect(faults).toEqual([
      { line: 2, reason: expect.stringMatching(/^is refused by the database: .*no_curse/) },
      { line: 3, reason: 'category: there is no category nowhere' },
    ]);
    expect({ changed, isComplete }).toEqual({ changed: 2, isComplete: true });
    expect(await shop.prisma.catalogueImport.count()).toBe(0);
  });

  it('tell the line of any other failure, and go on there', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    await shop.prisma.$executeRaw`
      CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`;
    await shop.prisma.$executeRaw`
      CREATE TRIGGER broken BEFORE INSERT ON product FOR EACH ROW WHEN (NEW.slug = 'mug') EXECUTE FUNCTION break()`;
    const file = await fileOf(lines(lighting, product('lamp'), product('mug'), product('tent')));
    await expect(filesOf(shop).importFile(file)).rejects.toThrow(/^line 3: .*broken/);
    await shop.prisma.$executeRaw`DROP TRIGGER broken ON product`;
    expect(await filesOf(shop).importFile(file)).toMatchObject({ faults: [], changed: 4 });
    expect(await shop.prisma.stockMovement.count()).toBe(3);
  });

  it('never put a category below itself', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    const below = (slug: string, parent: string | null) => ({
      category: { slug, texts: { en: { name: slug } }, parent },
    });
    await load(shop, below('a', null), below('b', 'a'));
    const faults = [{ line: 1, reason: 'Category a would be below itself.' }];
    expect(await load(shop, below('a', 'b'))).toMatchObject({ faults });
    expect(await load(shop, below('a', 'a'))).toMatchObject({ faults });
  });

  it('name a thing once: what stands in the file already is at fault, also when it is cut off between', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    const many = Array.from({ length: 60 }, (_, n) => product(`lamp-${n}`));
    const again = { category: { ...lighting.category, position: 3 } };
    const file = await fileOf(lines(lighting, weight, ...many, product('lamp-0', { brand: 'Other' }), again, weight));
    const signal = new AbortController();
    await filesOf(shop).importFile(file, { signal: signal.signal, onProgress: () => signal.abort() });
    const { faults, changed } = await filesOf(shop).importFile(file);
    expect(faults).toEqual([
      { line: 63, reason: 'product lamp-0 stands in line 3 already' },
      { line: 64, reason: 'category lighting stands in line 1 already' },
      { line: 65, reason: 'attribute weight stands in line 2 already' },
    ]);
    expect(changed).toBe(62);
    expect(await filesOf(shop).importFile(file)).toMatchObject({ changed: 0 });
  });

  it('are forgotten when nobody goes on with them for a month', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    const signal = new AbortController();
    const file = await fileOf(lines(lighting, ...Array.from({ length: 60 }, (_, n) => product(`lamp-${n}`))));
    await filesOf(shop).importFile(file, { signal: signal.signal, onProgress: () => signal.abort() });
    await shop.commands.forgetImports();
    expect(await shop.prisma.catalogueImport.count()).toBe(1);
    await shop.prisma.$executeRaw`UPDATE catalogue_import SET started_at = started_at - interval '31 days'`;
    await shop.commands.forgetImports();
    expect(await shop.prisma.catalogueImport.count()).toBe(0);
  });

  it('leave the planner with statistics of what they brought', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    await filesOf(shop).importFile(
      await fileOf(lines(lighting, ...Array.from({ length: 60 }, (_, n) => product(`p-${n}`)))),
    );
    const rows = await shop.prisma.$queryRaw`
      SELECT relname AS name, reltuples::int AS rows FROM pg_class
       WHERE relname IN ('product', 'product_variant') AND relkind = 'r' ORDER BY relname`;
    expect(rows).toEqual(['product', 'product_variant'].map((name) => ({ name, rows: 60 })));
  });

  it('end the same when the import is cut off and run again', async () => {
    const numbered = Array.from({ length: 180 }, (_, n) =>
      product(`lamp-${n}`, n % 20 === 7 ? { status: 'GONE' } : {}),
    );
    const file = await fileOf(lines(lighting, ...numbered));
    const [whole, cut] = [await aShop(aCatalogue([], {}, [])), await aShop(aCatalogue([], {}, []))];
    const expected = await filesOf(whole).importFile(file);
    expect(expected.faults).toHaveLength(9);

    const signal = new AbortController();
    const first = await filesOf(cut).importFile(file, { signal: signal.signal, onProgress: () => signal.abort() });
    expect(first).toMatchObject({ isComplete: false, nextLine: 51 });
    const second = await filesOf(cut).importFile(file);
    expect(second).toEqual({ ...expected, from: 51 });
    expect(await exported(cut)).toEqual(await exported(whole));
    expect(await cut.prisma.stockMovement.count()).toBe(171);
  });

  it('import the same when two run at once', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    const file = await fileOf(lines(lighting, ...Array.from({ length: 70 }, (_, n) => product(`lamp-${n}`))));
    await Promise.all([filesOf(shop).importFile(file), filesOf(shop).importFile(file)]);
    expect(await shop.prisma.product.count()).toBe(70);
    expect(await shop.prisma.stockMovement.count()).toBe(70);
  });

  it('are told by each of two runs at once, also by one that ends last', async () => {
    const shop = await aShop(aCatalogue([], {}, []));
    const many = Array.from({ length: 70 }, (_, n) => product(`lamp-${n}`));
    const file = await fileOf(lines(lighting, product('tent', { category: 'nowhere' }), ...many));
    let other: Promise<unknown> | undefined;
    const { commands } = shop;
    const slow = {
      ...commands,
      // The other run is begun and ended between two batches of this one.
      importDocuments: async (batch: Parameters<typeof commands.importDocuments>[0]) => {
        const done = await commands.importDocuments(batch);
        other ??= filesOf(shop).importFile(file);
        expect(await other).toMatchObject({ faults: [{ line: 2 }], from: 51 });
        return done;
      },
    };
    expect(await filesOf({ ...shop, commands: slow }).importFile(file)).toMatchObject({ faults: [{ line: 2 }] });
  });
});
