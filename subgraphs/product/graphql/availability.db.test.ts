import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { asking } from '#kit/graphql/ask.ts';
import { aCatalogue, aProduct, aVariant, variantOf } from '#kit/product/builders.ts';
import { aBrowsableShop, type BrowsableShop } from '#kit/product/graph.ts';
import { somebody } from '#kit/user/viewers.ts';
import { defaultShop } from '#platform/config/shop.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { createApp, schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

let shop: BrowsableShop;
beforeAll(async () => {
  shop = await aBrowsableShop();
  await shop.commands.importCatalogue(
    aCatalogue(
      [
        aProduct('choice', {
          variants: [
            aVariant('PLENTY'),
            aVariant('FEW', { lowStockThreshold: 7 }),
            aVariant('SOLD-OUT'),
            aVariant('LATER', { stockPolicy: 'BACKORDER' }),
            aVariant('EBOOK', { stockPolicy: 'UNTRACKED' }),
            aVariant('GONE', { isArchived: true }),
          ],
        }),
      ],
      { PLENTY: 6, FEW: 7, GONE: 9 },
    ),
  );
  await shop.commands.watchAvailability();
});

const staff = somebody('STAFF');
const aGuest = (): Viewer => ({ kind: 'guest', session: { guestId: newId('Guest'), sessionId: 's' } });
const query = '{ product(slug: "choice") { variants { sku availability available lowStockThreshold stockPolicy } } }';
const publicQuery = '{ product(slug: "choice") { variants { sku availability available } } }';

describe('availability', () => {
  it('is for everybody, the number of units for staff', async () => {
    const { data } = await shop.ask(guest, publicQuery);
    expect(data.product.variants).toEqual([
      { sku: 'PLENTY', availability: 'IN_STOCK', available: null },
      { sku: 'FEW', availability: 'FEW_LEFT', available: null },
      { sku: 'SOLD-OUT', availability: 'NONE', available: null },
      { sku: 'LATER', availability: 'BACKORDER', available: null },
      { sku: 'EBOOK', availability: 'IN_STOCK', available: null },
    ]);
    const seen = await shop.ask(staff, query);
    expect(seen.data.product.variants).toMatchObject([
      { available: 6, lowStockThreshold: 5, stockPolicy: 'TRACKED' },
      { available: 7, lowStockThreshold: 7 },
      { available: 0 },
      { available: 0, stockPolicy: 'BACKORDER' },
      { available: null, stockPolicy: 'UNTRACKED' },
    ]);
    expect(
      (await shop.ask(guest, '{ variant(sku: "GONE") { availability } }')).data.variant?.availability ?? 'NONE',
    ).toBe('NONE');
  });

  it('comes with the units where the shop shows them', async () => {
    const app = createApp(shop.prisma, { shop: { ...defaultShop, showsExactStock: true, lowStockThreshold: 6 } });
    const { data } = await asking(schema(), requestContext(app, loaders))(guest, publicQuery);
    expect(data.product.variants.slice(0, 2)).toEqual([
      { sku: 'PLENTY', availability: 'FEW_LEFT', available: 6 },
      { sku: 'FEW', availability: 'FEW_LEFT', available: 7 },
    ]);
  });

  it('costs one statement for a page, and none for what nobody counts', async () => {
    const page = '{ products(first: 100) { edges { node { variants { availability available } } } } }';
    // Products, variants, stock.
    expect(await shop.statementsOf(() => shop.ask(staff, page))).toHaveLength(3);
    const uncounted = '{ variant(sku: "EBOOK") { availability } }';
    expect(await shop.statementsOf(() => shop.ask(staff, uncounted))).toHaveLength(1);
  });
});

describe('the list of low stock', () => {
  const list = `query ($after: String) { lowStock(first: 2, after: $after) {
    edges { node { variant { sku } available since } } pageInfo { hasNextPage endCursor } } }`;

  it('is for staff, page by page, each variant once', async () => {
    const skus: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { data }: { data: { lowStock: { edges: { node: { variant: { sku: string } } }[]; pageInfo: never } } } =
        await shop.ask(staff, list, { after });
      skus.push(...data.lowStock.edges.map(({ node }) => node.variant.sku));
      ({ hasNextPage: more, endCursor: after } = data.lowStock.pageInfo as { hasNextPage: boolean; endCursor: string });
    }
    expect(new Set(skus).size).toBe(skus.length);
    expect(skus).toEqual(expect.arrayContaining(['FEW', 'SOLD-OUT', 'LATER']));
    for (const sku of ['PLENTY', 'EBOOK', 'GONE', 'DRAFT-1']) expect(skus).not.toContain(sku);
  });

  it.each([
    ['a guest', guest, 'UNAUTHENTICATED'],
    ['a customer', somebody(), 'FORBIDDEN'],
  ])('is not for %s', async (_, viewer, code) => {
    expect((await shop.ask(viewer as Viewer, list)).codes).toEqual([code]);
  });

  it.each([['rubbish'], [Buffer.from('["not a time","var_1"]').toString('base64url')]])(
    'with the cursor %s is BAD_USER_INPUT',
    async (after) => {
      expect((await shop.ask(staff, list, { after })).codes).toEqual(['BAD_USER_INPUT']);
    },
  );
});

describe('notifyWhenInStock', () => {
  const ask = (viewer: Viewer, sku: string) =>
    shop.ask(
      viewer,
      `mutation ($id: ID!) { notifyWhenInStock(input: { variantId: $id }) { __typename
        ... on NotifyWhenInStockSuccess { variant { sku } } ... on AlreadyInStock { message variant { sku } } } }`,
      { id: variantOf(sku) },
    );
  const takeBack = (viewer: Viewer, sku: string) =>
    shop.ask(viewer, 'mutation ($id: ID!) { stopNotifyingWhenInStock(input: { variantId: $id }) { __typename } }', {
      id: variantOf(sku),
    });

  it('is for a user and for a guest with a session, who see what they wait for, and take it back', async () => {
    for (const viewer of [somebody(), aGuest()]) {
      expect((await ask(viewer, 'SOLD-OUT')).data.notifyWhenInStock).toEqual({
        __typename: 'NotifyWhenInStockSuccess',
        variant: { sku: 'SOLD-OUT' },
      });
      const waiting = '{ stockAlerts { variant { sku availability } } }';
      expect((await shop.ask(viewer, waiting)).data.stockAlerts).toEqual([
        { variant: { sku: 'SOLD-OUT', availability: 'NONE' } },
      ]);
      expect((await takeBack(viewer, 'SOLD-OUT')).codes).toBeUndefined();
      expect((await shop.ask(viewer, waiting)).data.stockAlerts).toEqual([]);
    }
  });

  it('for what is in stock names it', async () => {
    expect((await ask(somebody(), 'PLENTY')).data.notifyWhenInStock).toEqual({
      __typename: 'AlreadyInStock',
      message: 'This is in stock. You can order it now.',
      variant: { sku: 'PLENTY' },
    });
  });

  it.each([
    ['a guest without a session', guest, 'SOLD-OUT', 'UNAUTHENTICATED'],
    ['a machine', { kind: 'apiKey', id: newId('ApiKey'), permissions: [] }, 'SOLD-OUT', 'FORBIDDEN'],
    ['somebody who names no variant', somebody(), 'NO-SUCH', 'NOT_FOUND'],
  ])('for %s is refused', async (_, viewer, sku, code) => {
    expect((await ask(viewer as Viewer, sku)).codes).toEqual([code]);
  });
});

it('the shop tells its settings', async () => {
  const { data } = await shop.ask(
    guest,
    `{ shop { name currencies { code minorDigits } defaultCurrency languages defaultLanguage pricesIncludeTax timeZone
      showsExactStock countries { code name ko: name(language: KO) } } }`,
  );
  expect(data.shop).toMatchObject({
    name: 'Agora',
    currencies: [
      { code: 'EUR', minorDigits: 2 },
      { code: 'USD', minorDigits: 2 },
      { code: 'GBP', minorDigits: 2 },
      { code: 'KRW', minorDigits: 0 },
    ],
    ...{ defaultCurrency: 'EUR', languages: ['EN', 'KO'], defaultLanguage: 'EN', pricesIncludeTax: true },
    ...{ timeZone: 'UTC', showsExactStock: false },
  });
  expect(data.shop.countries).toContainEqual({ code: 'KR', name: 'South Korea', ko: '대한민국' });
});
