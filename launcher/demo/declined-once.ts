import { type Shopper, succeed } from '../shopper/shopper.ts';
import { variantOf } from './buy-once.ts';
import { printTimeline } from './show.ts';

/** Pay with a card that is declined: the order says so, and its stock is free again. */
export const declinedOnce = async (shopper: Shopper): Promise<void> => {
  const variant = await variantOf(shopper, 'trail-lamp-200');
  console.log(`\nAdds 1 × ${variant.sku} and pays with a card that will be declined`);
  await shopper.add({ variantId: variant.id });
  const { order } = succeed(await shopper.place({ paymentMethodToken: 'tok_decline' }), 'PlaceOrderSuccess');
  printTimeline(await shopper.orderReaches(order.id, ['PAYMENT_FAILED']));

  const { available } = await variantOf(shopper, 'trail-lamp-200');
  if (available !== variant.available)
    throw new Error(`the stock was not released: ${variant.available} became ${available}`);
  console.log(`Released: ${available} are available, as before.`);
};
