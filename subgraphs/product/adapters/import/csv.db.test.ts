import { beforeAll, describe, expect, it } from 'vitest';
import { aCatalogue } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { filesOf, importFiles, lighting, lines, weight } from './files.fixture.ts';

const { fileOf } = importFiles();

describe('CSV', () => {
  const header =
    'slug,title.en,title.ko,category,status,attribute.weight,option.size,sku,price.EUR,price.KRW,initial_stock';
  let shop: Shop;
  beforeAll(async () => {
    shop = await aShop(aCatalogue([], {}, []));
    await filesOf(shop).importFile(await fileOf(lines(lighting, weight)));
  });

  it('has a row per variant: rows of one slug are one product', async () => {
    const rows = [
      `\uFEFF${header}`,
      'lamp,Lamp,램프,lighting,PUBLISHED,240,Small,LAMP-S,12.90,19000,4',
      'lamp,,,,,,l=대,LAMP-L,13,,',
      '"mug","Mug, blue",,lighting,,,,MUG,7.5,,',
    ];
    const file = await fileOf(rows.join('\r\n'), 'csv');
    expect(await filesOf(shop).importFile(file)).toMatchObject({ faults: [], changed: 2, received: 1 });
    const [lamp, mug] = await shop.prisma.product.findMany({ orderBy: { slug: 'asc' }, include: { variants: true } });
    expect(lamp).toMatchObject({
      texts: { en: { title: 'Lamp', description: '' }, ko: { title: '램프', description: '' } },
      attributes: { weight: 240 },
      options: [
        {
          code: 'size',
          values: [
            { code: 'small', name: { en: 'Small' } },
            { code: 'l', name: { en: '대' } },
          ],
        },
      ],
      variants: [
        { sku: 'LAMP-S', prices: { EUR: 1_290, KRW: 19_000 }, options: { size: 'small' } },
        { sku: 'LAMP-L', prices: { EUR: 1_300 }, options: { size: 'l' } },
      ],
    });
    expect(mug).toMatchObject({ status: 'DRAFT', title: 'Mug, blue', variants: [{ prices: { EUR: 750 } }] });
    expect(await filesOf(shop).importFile(file)).toMatchObject({ changed: 0 });
  });

  it('lists the rows that are at fault, and imports the other variants of their product', async () => {
    const rows = [
      header,
      'tent,Tent,,lighting,,heavy,,TENT,"1,5",,',
      'tent,Tent,,lighting,,,,TENT-2,"1,90",,',
      'tent,Tent,,lighting,,,,TENT-3,1.999,,',
      'tent,Tent,,lighting,,,,TENT-4,1,12.5,',
      'tent,Tent,,lighting,,,,TENT-5,1,,-1',
      'pole,Pole,,lighting,,,,POLE,1,,',
      ',Nameless,,lighting,,,,NONE,1,,',
      'short,row',
      'peg,Peg,,lighting,,,빨강,PEG,1,,',
      '"rope","Rope',
      'of hemp",,lighting,,,,ROPE,"1,5",,',
      '"knot","A',
      '',
      'knot",short',
      'cord,Cord,,lighting,,,,CORD,1,,2.5',
      'cord,,,,,,,CORD-2,1,,-3',
      'line,"",,lighting,SOLD,,,LINE,1,,',
      'hook,,,lighting,,,,HOOK,1,,',
      'nail,Nail,,lighting,,1e3,,NAIL,1,,',
      'bolt,Bolt,,lighting,,0.1234567,,BOLT,1,,',
    ];
    const { faults, changed } = await filesOf(shop).importFile(await fileOf(rows.join('\n'), 'csv'));
    expect(changed).toBe(1);
    expect(faults.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 attribute.weight: "heavy" is not a number; price.EUR: "1,5" is not an amount such as 12.90',
      '3 price.EUR: "1,90" is not an amount such as 12.90',
      '4 price.EUR: "1.999" is not an amount such as 12.90',
      '5 price.KRW: "12.5" is not an amount such as 12900',
      '6 initial_stock: is less than 0',
      '8 slug: is empty',
      '9 does not have as many cells as there are columns',
      '10 option.size: "빨강" makes no code: write "red=빨강", for example',
      '11 price.EUR: "1,5" is not an amount such as 12.90',
      '13 does not have as many cells as there are columns',
      '16 initial_stock: is not a whole number',
      '17 initial_stock: is less than 0',
      '18 status: is not one of DRAFT, PUBLISHED, ARCHIVED',
      '19 title: is missing, in a column such as title.en',
      '20 attribute.weight: "1e3" is not a number',
      '21 attribute.weight: is not a decimal number with at most 15 digits before the point and 6 behind it',
    ]);
  });

  it('leaves the order of variants that it does not all name', async () => {
    const skusOf = async () =>
      (
        await shop.prisma.productVariant.findMany({
          where: { product: { slug: 'sock' } },
          orderBy: { position: 'asc' },
        })
      ).map(({ sku, prices }) => `${sku} ${Object(prices).EUR}`);
    const csv = async (header: string, ...rows: string[]) =>
      filesOf(shop).importFile(await fileOf([header, ...rows].join('\n'), 'csv'));
    await csv(
      'slug,title.en,category,option.size,sku,price.EUR',
      ...['S', 'M', 'L'].map((size) => `sock,Sock,lighting,${size},SOCK-${size},1`),
    );
    const prices = 'slug,sku,price.EUR';
    expect(await csv(prices, 'sock,SOCK-M,2')).toMatchObject({ faults: [], changed: 1 });
    expect(await skusOf()).toEqual(['SOCK-S 100', 'SOCK-M 200', 'SOCK-L 100']);
    await csv('slug,option.size,sku,price.EUR', 'sock,XL,SOCK-XL,4', 'sock,,SOCK-L,3');
    expect(await skusOf()).toEqual(['SOCK-S 100', 'SOCK-M 200', 'SOCK-L 300', 'SOCK-XL 400']);
    // A fault has the line of its row, wherever its variant stands in the product.
    expect(await csv('slug,sku,option.size', 'sock,SOCK-XL,', 'sock,SOCK-M,S')).toMatchObject({
      faults: [{ line: 3, reason: 'option: of SOCK-M are those of another variant' }],
    });
    await csv(prices, ...['M', 'XL', 'L', 'S'].map((size) => `sock,SOCK-${size},5`));
    expect(await skusOf()).toEqual(['SOCK-M 500', 'SOCK-XL 500', 'SOCK-L 500', 'SOCK-S 500']);
  });

  it.each(['\n', '\r\n'])('counts its lines, and keeps those in cells, with line ends %j', async (end) => {
    // Longer than a chunk that is read at once, so that one ends between the two characters.
    const long = Array.from({ length: 40_000 }, () => 'x').join(end);
    const rows = [
      'slug,title.en,description.en,category,sku,price.EUR',
      `note-1,Note,"one${end}two${end}${end}four",lighting,NOTE-1,x`,
      `note-2,"Note`,
      `2","${long}",lighting,NOTE-2,y`,
      'short,row',
      `note-3,Note,"one${end}two",lighting,NOTE-3-${end.length},1`,
      '',
      'note-1,Note,,lighting,NOTE-1,1',
      `note-3,Note,,lighting,NOTE-3-${end.length},1`,
    ];
    const { faults } = await filesOf(shop).importFile(await fileOf(rows.join(end), 'csv'));
    expect(faults.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 price.EUR: "x" is not an amount such as 12.90',
      '6 price.EUR: "y" is not an amount such as 12.90',
      '40007 does not have as many cells as there are columns',
      '40012 product note-3 stands in line 40008 already',
    ]);
    const note = await shop.prisma.product.findUniqueOrThrow({ where: { slug: 'note-3' } });
    expect(note.texts).toMatchObject({ en: { description: 'one\ntwo' } });
  });

  it.each([
    ['unknown columns', 'slug,colour\na,b', 'there are no columns "colour"'],
    ['semicolons', 'slug;sku\na;B', 'its cells are separated by semicolons: save it with commas'],
    ['no slugs', 'sku\nA', 'the column slug is missing'],
    ['a column twice', 'slug,sku,sku\na,B,C', 'the column sku is there twice'],
    ['a header alone', 'slug,sku\n\n', 'there is nothing in it to import'],
    ['nothing at all', '', 'there is nothing in it to import'],
    ['another encoding', Buffer.from('slug,brand\na,\xff\xfe', 'latin1'), 'it is not UTF-8'],
  ])('is refused with %s', async (_, content, reason) => {
    await expect(filesOf(shop).importFile(await fileOf(content, 'csv'))).rejects.toThrow(reason);
  });

  it('or anything else is told by the end of its name', async () => {
    await expect(filesOf(shop).importFile(await fileOf('x', 'xlsx'))).rejects.toThrow('neither in .csv nor in .jsonl');
  });
});
