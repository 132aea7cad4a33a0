/** The playground in a real browser: offline, and its samples lead from browsing to a confirmed order. */
import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumHere, startChromium } from '#kit/agora/chromium.ts';
import { type PlacedOrder, shopperOf, succeed } from '#launcher/shopper/shopper.ts';
import { ConfirmPaymentDocument } from '#operations/documents.generated.ts';
import { agora, aKey, variantOf } from './shop.ts';

const demoCustomer = { email: 'customer@example.com', password: 'demo-customer' };

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

  /** Runs the sample in the tab of this name, and gives the response as soon as its headers are there. */
  const send = async (tab: string): Promise<Response> => {
    await page.locator('.graphiql-tab-button', { hasText: tab }).click();
    // The page reads a changed editor a moment later, and then puts its content into the address.
    await page.waitForURL(({ searchParams }) => searchParams.get('query')?.includes(tab) ?? false);
    const answered = page.waitForResponse((response) => response.request().postData()?.includes(tab) ?? false);
    // While an answer is being shown the same button says "Stop".
    await page.locator('.graphiql-execute-button[aria-label^="Execute"]').click();
    return answered;
  };

  /** The same for an answer in one piece: gives its body. */
  const run = async (tab: string): Promise<{ data?: Record<string, unknown>; errors?: unknown }> =>
    (await send(tab)).json();

  /** The page shows this now, or soon. */
  const shows = (text: string) => page.locator('.result-window').getByText(text).first().waitFor();

  test('it opens on a sample that lists products', async () => {
    const { data, errors } = await run('LookAround');
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ categories: expect.any(Array), products: { edges: [{}, {}, {}, {}, {}] } });
    // The editor draws only the lines in view.
    await shows('"categories"');
  });

  test("a guest's access token goes with what is sent next, until the guest signs out", async () => {
    const seen = await page.evaluate(async () => {
      const ask = async (query: string) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
      };
      const started = await ask(
        'mutation { startGuestSession { ... on StartGuestSessionSuccess { tokens { accessToken } } } }',
      );
      const token = sessionStorage.getItem('agora-access-token');
      return { token, started, after: await ask('mutation { signOut { __typename } }') };
    });
    expect(seen.token).toBe(seen.started.data.startGuestSession.tokens.accessToken);
    expect(seen.after).toEqual({ data: { signOut: { __typename: 'SignOutSuccess' } } });
    expect(await page.evaluate(() => sessionStorage.getItem('agora-access-token'))).toBeNull();
  });

  test('the samples sign in, fill the cart, buy, and show the confirmed order', async () => {
    expect(await run('OneProduct')).toMatchObject({ data: { product: { title: expect.any(String) } } });
    expect(await run('ShopInKorean')).toMatchObject({ data: { product: { title: '트레일 램프 200' } } });
    expect(await run('SearchTheShop')).toMatchObject({ data: { search: { edges: [{}, {}, {}, {}, {}] } } });
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

  test('a subscription shows the current order at once, and then each change', async () => {
    const customer = await shopperOf(agora.gateway, demoCustomer);
    await customer.add({ variantId: (await variantOf('trail-lamp-200')).id });
    const placed = await customer.place({ paymentMethodToken: 'tok_action_required', waitMs: 0 });
    const { id } = succeed(placed, 'PlaceOrderSuccess').order;
    await expect.poll(async () => (await customer.order(id)).paymentStatus).toBe('ACTION_REQUIRED');
    await page.evaluate((order) => sessionStorage.setItem('agora-last-order', order), id);

    const stream = await send('WatchLive');
    expect(stream.headers()['content-type']).toContain('text/event-stream');
    await shows('ACTION_REQUIRED');
    const [payment] = (await customer.order(id)).payments ?? [];
    await customer.client.ask(ConfirmPaymentDocument, {
      idempotencyKey: aKey(),
      input: { paymentId: payment?.id ?? '', code: 'approve' },
    });
    await shows('CONFIRMED');
  });

  test('the order placed last is the one that is watched', async () => {
    const placed = (await run('BuySlowly')).data?.placeOrder as PlacedOrder;
    const stream = await send('WatchLive');
    expect(stream.request().postData()).toContain(succeed(placed, 'PlaceOrderSuccess').order.id);
    await shows('CONFIRMED');
  });

  test('nothing was asked of any other host, and the page had no complaint', () => {
    const elsewhere = requested.filter(({ protocol, host }) => protocol !== 'blob:' && host !== gateway.host);
    expect(elsewhere.map(({ href }) => href)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

const numberIn = (answer: object): string | undefined => /"number":"([^"]+)"/.exec(JSON.stringify(answer))?.[1];
