/** Public data is fetched once and a change is seen at once; private data is never shared. */
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { demoCatalogue } from '#launcher/seed/catalogue.ts';
import { succeed } from '#launcher/shopper/shopper.ts';
import { SignInDocument } from '#operations/documents.generated.ts';
import type { Product } from '#subgraphs/product/domain/catalogue/product.ts';
import { seed } from '#subgraphs/product/wiring.ts';
import { agora, aShopper, guest, staff } from './shop.ts';

// Far below the minute for which product responses are cached: a change seen this soon was invalidated, not expired.
const soonMs = 15_000;

// A product that no other test buys.
const { products, categories } = demoCatalogue();
const asSeeded = products.find(({ variants }) => variants.length === 1) as Product;
const { slug } = asSeeded;
const category = categories.find(({ id }) => id === asSeeded.categoryId)?.slug;
/** As a merchant's system would: through the product service's import. */
const publish = (product: Product) =>
  seed(agora.databaseUrls.product, {
    attributes: [],
    categories: [],
    products: [product],
    collections: [],
    initialStock: {},
  });
const priced = (amount: number): Product => ({
  ...asSeeded,
  variants: asSeeded.variants.map((variant) => ({ ...variant, prices: { EUR: amount } })),
});
afterEach(async () => {
  await publish(asSeeded);
});

const post = async (query: string, headers: Record<string, string> = {}) => {
  const response = await fetch(agora.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { headers: response.headers, body: await response.json() };
};
const get = async (query: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${agora.gateway}?query=${encodeURIComponent(query)}`, {
    headers: { 'apollo-require-preflight': 'yes', ...headers },
  });
  return { headers: response.headers, body: await response.json() };
};
/** Repeats a cacheable query until it is answered from the cache. */
const warm = (query: string) => until('kept', async () => (await post(query)).headers.get('x-cache') === 'hit', soonMs);
const callsOf = async (subgraph: string): Promise<number> => {
  const text = await (await fetch(`${agora.urls.gateway}/metrics`)).text();
  const counted = text.matchAll(/^agora_gateway_subgraph_requests_total\{(.*)\} (\d+)$/gm);
  return [...counted].reduce(
    (sum, [, labels, count]) => sum + (labels?.includes(`"${subgraph}"`) ? Number(count) : 0),
    0,
  );
};

describe('a page of the catalogue', () => {
  const menu =
    '{ categories { slug name children { slug } } products(first: 7) { edges { node { title } } totalCount } }';

  test('is fetched once for all viewers', async () => {
    await warm(menu);
    const shopper = await aShopper();
    const before = await callsOf('product');
    const shown = await Promise.all([guest.ask(menu), guest.ask(menu), shopper.client.ask(menu)]);
    expect(new Set(shown.map((page) => JSON.stringify(page))).size).toBe(1);
    expect(await callsOf('product')).toBe(before);
  });

  test('may be cached outside for a second after a GET without a token, and not otherwise', async () => {
    const { headers } = await get(menu);
    expect(headers.get('cache-control')).toBe('public, max-age=1');
    expect(headers.get('vary')).toContain('authorization');
    const input = { email: 'customer@example.com', password: 'demo-customer' };
    const { accessToken } = succeed((await guest.ask(SignInDocument, { input })).signIn, 'SignInSuccess');
    const others = [get(menu, { authorization: `Bearer ${accessToken}` }), post(menu), get('{ me { id } }')];
    for (const other of await Promise.all(others)) expect(other.headers.get('cache-control')).toBe('no-store');
  });
});

test('a new price is seen at once: in lists, on the page of the product, in a cart, by POST and by GET', async () => {
  const page = `{ product(slug: "${slug}") { priceFrom { amount } variants { price { amount } } } }`;
  const list = `{ products(first: 100, category: "${category}") { edges { node { slug priceFrom { amount } } } } }`;
  const cart = '{ cart { lines { variant { price { amount } } } } }';
  const shopper = await aShopper();
  await shopper.add({ variantId: asSeeded.variants[0]?.id ?? '' });
  const price = asSeeded.variants[0]?.prices.EUR ?? 0;
  const seen = async () => ({
    page: (await post(page)).body.data.product,
    byGet: (await get(page)).body.data.product.priceFrom.amount,
    list: (await post(list)).body.data.products.edges.find(({ node }: { node: { slug: string } }) => node.slug === slug)
      .node.priceFrom.amount,
    cart: ((await shopper.client.ask(cart)) as { cart: { lines: object[] } }).cart.lines,
  });
  const everywhere = (amount: number) => ({
    page: { priceFrom: { amount }, variants: [{ price: { amount } }] },
    byGet: amount,
    list: amount,
    cart: [{ variant: { price: { amount } } }],
  });

  await warm(page);
  await warm(list);
  expect(await seen()).toEqual(everywhere(price));
  await publish(priced(price + 100));
  await until('told', async () => (await post(page)).body.data.product.priceFrom.amount === price + 100, soonMs);
  expect(await seen()).toEqual(everywhere(price + 100));
});

test('a draft is served to staff alone, even after they have fetched it', async () => {
  const page = `query Draft { product(slug: "${slug}") { title status } }`;
  const draft = { product: { title: asSeeded.texts.en?.title, status: 'DRAFT' } };
  const employee = (await staff()).client;
  await warm(page);
  await publish({ ...asSeeded, status: 'DRAFT' });
  await until('hidden', async () => (await post(page)).body.data.product === null, soonMs);
  for (let turn = 0; turn < 3; turn++) {
    expect(await employee.ask(page)).toEqual(draft);
    expect((await post(page)).body.data).toEqual({ product: null });
  }
});

test('private data is fetched for each viewer, and served to no other', async () => {
  const mine = '{ me { email } cart { id } products(first: 3) { totalCount } }';
  const shoppers = await Promise.all([aShopper(), aShopper()]);
  const emails = new Set<unknown>();
  for (const { client } of [...shoppers, ...shoppers])
    emails.add(((await client.ask(mine)) as { me: { email: string } }).me.email);
  expect(emails.size).toBe(2);
  expect((await post(mine)).body.data).toMatchObject({ me: null, cart: null });
});

test('an answer with an error is asked for again each time', async () => {
  const wrong = '{ product { title } }';
  const before = await callsOf('product');
  for (let turn = 0; turn < 3; turn++)
    expect((await post(wrong)).body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  expect(await callsOf('product')).toBe(before + 3);
});
