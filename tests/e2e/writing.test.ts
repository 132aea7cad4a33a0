/** From a merchandiser's form to a customer's order, and out of the shop again. */
import { expect, test } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { succeed } from '#launcher/shopper/shopper.ts';
import * as desk from '#operations/documents.generated.ts';
import { aKey, aShopper, guest, staff } from './shop.ts';

// Far below the minute for which product responses are cached: a change seen this soon was announced.
const soonMs = 15_000;

const once = <I extends object>(input: I) => ({ idempotencyKey: aKey(), input });

test('a product is created, priced, published, found, bought, given away; dearer, the old price is refused; unpublished, it is hidden', async () => {
  const { client } = await staff();
  const page = async (slug: string) => (await guest.ask(desk.ProductPageDocument, { slug })).product;
  const { product: like } = await guest.ask(desk.ProductPageDocument, { slug: 'trail-lamp-200' });
  const { product: form } = await client.ask(desk.EditProductDocument, { id: like?.id ?? '' });
  const created = succeed(
    (
      await client.ask(
        desk.CreateProductDocument,
        once({
          categoryId: form?.category.id ?? '',
          texts: [
            { language: 'EN' as const, title: 'Merchandiser’s Lantern' },
            { language: 'KO' as const, title: '상인의 등' },
          ],
          variants: [{ sku: 'MERCHANT-1', title: [{ language: 'EN' as const, text: 'One' }] }],
        }),
      )
    ).createProduct,
    'CreateProductSuccess',
  );
  const { id: productId = '', slug = '' } = created.product ?? {};
  expect(slug).toBe('merchandisers-lantern');
  const variantId = (await client.ask(desk.EditProductDocument, { id: productId })).product?.variants[0]?.id ?? '';
  const publish = async () => (await client.ask(desk.PublishProductDocument, once({ productId }))).publishProduct;
  expect(succeed(await publish(), 'NotPublishable').reasons).toEqual(['NO_PRICE']);

  const price = async (currency: 'EUR' | 'KRW', amount: number) =>
    succeed(
      (await client.ask(desk.SetPriceDocument, once({ variantId, currency, amount }))).setPrice,
      'SetPriceSuccess',
    );
  await price('EUR', 2_500);
  await price('KRW', 39_000);
  await client.ask(desk.ReceiveStockDocument, once({ variantId, quantity: 5, reference: aKey() }));
  expect(await page(slug)).toBeNull();
  succeed(await publish(), 'PublishProductSuccess');
  await until('published', async () => (await page(slug)) !== null, soonMs);
  const korean = await guest.ask(desk.ProductPageDocument, { slug, language: 'KO', currency: 'KRW' });
  expect(korean.product).toMatchObject({
    title: '상인의 등',
    variants: [{ price: { amount: 39_000, currency: 'KRW' } }],
  });

  const shopper = await aShopper();
  const addIt = () => shopper.add({ variantId });
  await until(
    'order knows it',
    async () =>
      addIt().then(
        () => true,
        () => false,
      ),
    soonMs,
  );
  const pay = { paymentMethodToken: 'tok_approve', waitMs: 5_000 };
  const expectedTotal = { amount: 2_500, currency: 'EUR' as const };
  const { order } = succeed(await shopper.place({ ...pay, expectedTotal }), 'PlaceOrderSuccess');
  expect((await shopper.orderReaches(order.id, ['CONFIRMED'])).total).toMatchObject({ amount: 2_500 });

  await price('EUR', 0);
  await addIt();
  const nothing = { waitMs: 5_000, expectedTotal: { amount: 0, currency: 'EUR' as const } };
  const given: string[] = [];
  const isGiven = async () => {
    const answer = await shopper.place(nothing);
    if (answer.__typename === 'PlaceOrderSuccess') given.push(answer.order.id);
    return given.length > 0;
  };
  await until('given away', isGiven, soonMs);
  const free = await shopper.orderReaches(given[0] ?? '', ['CONFIRMED']);
  expect(free).toMatchObject({ paymentStatus: 'NONE', payments: [], total: { amount: 0 } });

  await addIt();
  await price('EUR', 2_900);
  const shown = async () =>
    succeed(await shopper.place({ ...pay, expectedTotal }), 'TotalsChanged').totals.total.amount;
  await until('dearer where it is ordered', async () => (await shown()) === 2_900, soonMs);

  await client.ask(desk.UnpublishProductDocument, once({ productId }));
  await until('hidden', async () => (await page(slug)) === null, soonMs);
  for (let turn = 0; turn < 3; turn++) {
    expect((await client.ask(desk.ProductPageDocument, { slug })).product).toMatchObject({ slug });
    expect(await page(slug)).toBeNull();
  }
});
