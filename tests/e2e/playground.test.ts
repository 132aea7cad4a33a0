/** The playground in a real browser: offline, and its samples lead from a look around to a confirmed order. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumHere, startChromium } from '../kit/chromium.ts';
import { agora } from './shop.ts';

const gateway = new URL(agora.gateway);

describe.skipIf(!chromiumHere())('in a browser', () => {
  let browser: Browser;
  let page: Page;
  const requested: URL[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
    page = await browser.newPage();
    page.on('request', (request) => requested.push(new URL(request.url())));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(new URL('/graphql', gateway).href);
    await page.locator('.graphiql-execute-button').waitFor();
  });
  afterAll(() => browser.close());

  /** Runs the sample in the tab of this name and gives what the gateway answered. */
  const run = async (tab: string): Promise<{ data?: Record<string, unknown>; errors?: unknown }> => {
    await page.locator('.graphiql-tab-button', { hasText: tab }).click();
    // The page reads a changed editor a moment later, and then puts its content into the address.
    await page.waitForURL(({ searchParams }) => searchParams.get('query')?.includes(tab) ?? false);
    const answered = page.waitForResponse((response) => response.request().postData()?.includes(tab) ?? false);
    // While an answer is being shown the same button says "Stop".
    await page.locator('.graphiql-execute-button[aria-label^="Execute"]').click();
    return (await answered).json();
  };

  test('it opens on a sample that shows what the shop sells', async () => {
    const { data, errors } = await run('LookAround');
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ categories: expect.any(Array), products: { edges: [{}, {}, {}, {}, {}] } });
    // The editor draws only the lines in view.
    await page.locator('.result-window').getByText('"categories"').waitFor();
  });

  test('the samples sign in, fill the cart, buy, and show the confirmed order', async () => {
    expect(await run('OneProduct')).toMatchObject({ data: { product: { title: expect.any(String) } } });
    expect(await run('SignInAsDemoCustomer')).toMatchObject({ data: { signIn: { __typename: 'SignInSuccess' } } });
    expect(await run('PutInMyCart')).toMatchObject({ data: { addToCart: { __typename: 'AddToCartSuccess' } } });
    const bought = await run('BuyMyCart');
    expect(bought).toMatchObject({ data: { placeOrder: { __typename: 'PlaceOrderSuccess' } } });
    const again = await run('BuyMyCart');
    expect(numberIn(again)).toBe(numberIn(bought));
    await expect
      .poll(async () => JSON.stringify(await run('WatchMyOrders')), { timeout: 20_000 })
      .toContain('"status":"CONFIRMED"');
  });

  test('nothing was asked of any other host, and the page had no complaint', () => {
    const elsewhere = requested.filter(({ protocol, host }) => protocol !== 'blob:' && host !== gateway.host);
    expect(elsewhere.map(({ href }) => href)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

const numberIn = (answer: object): string | undefined => /"number":"([^"]+)"/.exec(JSON.stringify(answer))?.[1];
