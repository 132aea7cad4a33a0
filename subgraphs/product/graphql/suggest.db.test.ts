import { describe, expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { aCatalogue, aProduct, categoryOf } from '#kit/product/builders.ts';
import { aSearchableShop } from '#kit/product/searchable-shop.ts';

const shop = await aSearchableShop();

describe('suggestions', () => {
  const suggest = async (prefix: string, language = 'EN') => {
    const { data, codes } = await shop.ask(
      guest,
      `query S($prefix: String!, $language: Language) {
         suggest(prefix: $prefix, language: $language) { kind text filter category { slug } product { slug } } }`,
      { prefix, language },
    );
    type Line = { kind: string; text: string; filter: string | null };
    return (
      codes ?? data.suggest.map(({ kind, text, filter }: Line) => [kind, text, ...(filter ? [filter] : [])].join(' '))
    );
  };

  it('are words, categories, brands and products', async () => {
    const product = expect.stringMatching(/^PRODUCT (?:Dome|Ridge|Tunnel) Tent$/);
    expect(await suggest('te')).toEqual([
      'QUERY tent',
      `CATEGORY tents category:${categoryOf('tents')}`,
      ...[product, product, product],
    ]);
    expect(await suggest('ms')).toContain('BRAND MSR brand:MSR');
    expect(await suggest('텐', 'KO')).toContain('QUERY 텐트');
  });

  it('name no brand whose products have left the shop', async () => {
    const soloist = aProduct('soloist', { brand: "Zelda's \\\\ Own", categoryId: categoryOf('tents') });
    await shop.commands.importCatalogue(aCatalogue([soloist], {}, []));
    expect((await suggest('zelda')).join()).toContain("BRAND Zelda's");
    await shop.commands.importCatalogue(aCatalogue([{ ...soloist, status: 'DRAFT' }], {}, []));
    expect((await suggest('zelda')).join()).not.toContain('BRAND');
  });

  it('show what is meant by several words, and by words with errors', async () => {
    expect(await suggest('dome te')).toEqual(['PRODUCT Dome Tent']);
    expect(await suggest('tunel')).toEqual(['PRODUCT Tunnel Tent']);
  });

  it.each(['', ' ', '!', 'qwxzvbn', "' | te:*"])('of %j are none of somebody else’s', async (prefix) => {
    expect((await suggest(prefix)).every((line: string) => /tent/i.test(line))).toBe(true);
  });

  it('of more than 200 characters are refused', async () => {
    expect(await suggest('x'.repeat(201))).toEqual(['BAD_USER_INPUT']);
  });
});
