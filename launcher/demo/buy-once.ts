import { BrowseDocument, ProductPageDocument } from '#operations/documents.generated.ts';
import { type Shopper, succeed } from '../shopper/shopper.ts';
import { type MoneyView, price, printTimeline } from './show.ts';

/** Browse, look at a product, put two in the cart, pay with a card that works, wait for CONFIRMED. */
export const buyOnce = async (shopper: Shopper): Promise<void> => {
  const { products, categories } = await shopper.client.ask(BrowseDocument, { first: 5 });
  console.log(`Browses: ${(categories ?? []).map(({ name }) => name).join(', ')}; first of all`);
  for (const { node } of products?.edges ?? [])
    console.log(`  ${node.title}, from ${price(node.priceFrom as MoneyView)}`);

  const variant = await variantOf(shopper, 'trail-lamp-200');
  console.log(`Adds 2 × ${variant.sku} at ${price(variant.price)}; ${variant.available} are available`);
  await shopper.add({ variantId: variant.id, quantity: 2 });
  const { order } = succeed(await shopper.place({ paymentMethodToken: 'tok_approve' }), 'PlaceOrderSuccess');
  console.log(`Places order ${order.number} over ${price(order.total)}: ${order.status}`);
  const confirmed = await shopper.orderReaches(order.id, ['CONFIRMED']);
  printTimeline(confirmed);

  const left = (await variantOf(shopper, 'trail-lamp-200')).available;
  if (left !== variant.available - 2) throw new Error(`2 were sold, and ${variant.available} became ${left}`);
  console.log(`Sold: ${left} are available now.`);
};

/** The first variant of a product of the seed that has stock. */
export const variantOf = async (shopper: Shopper, slug: string) => {
  const { product } = await shopper.client.ask(ProductPageDocument, { slug }, { fresh: true });
  const variant = product?.variants.find(({ available }) => available >= 2);
  if (!variant) throw new Error(`there is no "${slug}" in stock`);
  return variant;
};
