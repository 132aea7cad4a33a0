/** The demo shop's collections: across the shelves, by rule. */
import { namedId } from '#contracts/ids.ts';
import type { Collection } from '#subgraphs/product/domain/catalogue/collection.ts';
import { inStock } from './well-known.ts';

const given = (slug: string, collection: Omit<Collection, 'id' | 'slug' | 'isPublished'>): Collection => ({
  ...{ id: namedId('Collection', slug), slug, isPublished: true },
  ...collection,
});

export const collections: readonly Collection[] = [
  given('small-presents', {
    texts: {
      en: {
        name: 'Small presents',
        description: 'Things for the house that cost no more than a round of coffee and cake.',
        seoTitle: 'Presents for the home up to 25 euros',
        seoDescription: 'Candles, mugs, bowls and more for 25 euros or less.',
      },
      ko: {
        name: '작은 선물',
        description: '부담 없이 건네기 좋은, 집을 위한 작은 물건들.',
        seoTitle: '집들이에 좋은 작은 선물',
        seoDescription: '초, 머그컵, 그릇까지. 부담 없는 가격의 선물을 모았습니다.',
      },
    },
    rule: {
      match: 'ALL',
      conditions: [
        { by: 'CATEGORY', categoryId: namedId('Category', 'home') },
        { by: 'PRICE', currency: 'EUR', max: 2_500 },
      ],
    },
    position: 0,
  }),
  given('made-in-germany', {
    texts: {
      en: { name: 'Made in Germany', description: 'From workshops that one can visit.' },
      ko: { name: '독일에서 만든 것', description: '직접 찾아가 볼 수 있는 공방에서 만듭니다.' },
    },
    rule: { match: 'ALL', conditions: [{ by: 'ATTRIBUTE', code: 'made-in', values: ['germany'] }] },
    position: 1,
  }),
  given('after-dark', {
    texts: {
      en: { name: 'After dark', description: 'Bright enough to find the way, and the lamp that everybody takes.' },
      ko: { name: '해가 진 뒤에', description: '길을 찾기에 충분히 밝은 조명, 그리고 모두가 챙기는 램프.' },
    },
    rule: {
      match: 'ANY',
      conditions: [
        { by: 'ATTRIBUTE_RANGE', code: 'brightness', min: 300 },
        { by: 'PRODUCTS', productIds: [inStock.productId] },
      ],
    },
    position: 2,
  }),
];
