/** Every sentence that a customer reads about carts and orders. None holds a provider's own words or anything secret. */
import type { declineReasons } from '#contracts/messages/payment.ts';
import type { Reason } from './pricing/promotion.ts';

export const texts = {
  invalidEmail: 'This is not a valid e-mail address.',
  emptyCart: 'There is nothing in the cart to order.',
  cartLineNotFound: 'This line is no longer in the cart.',
  lineUnavailable: 'This item cannot be ordered any more.',
  lineDearer: 'This item has become dearer since you last looked.',
  lineCheaper: 'This item has become cheaper since you last looked.',
  lineShort: (available: number) => `When you last ordered this item there were ${available} left.`,
  notForSale: 'This item is not for sale.',
  someNotForSale: 'Some of these items are not for sale.',
  soldOut: 'There are not enough units in stock. Nothing was charged.',
  pricesChanged: 'Prices have changed since they were shown. Nothing was charged.',
  otherTotal: 'The total is not the one that you were shown. Nothing was ordered.',
  tooManyUnitsInLine: (maximum: number) => `One line holds up to ${maximum} units.`,
  tooManyLines: (maximum: number) => `A cart holds up to ${maximum} different items.`,
  tooExpensive: 'One order cannot come to this much.',
  otherCurrency: (cart: string) => `The cart is in ${cart}. Order what you want in another currency separately.`,
  tooManyUnits: (maximum: number, units: number) =>
    `One order has up to ${maximum} units, and this one would have ${units}.`,
  tooManyOpenOrders: (orders: number) =>
    `You have ${orders} orders that are not paid yet. Pay or cancel one of them first.`,
  tooManyOpenUnits: (maximum: number, units: number) =>
    `With this order there would be ${units} units in orders that you have not paid yet, and ${maximum} is the most. Pay or cancel one of them first.`,
  tooManyOpenOrdersOfGuests:
    'Guests on this network have too many orders that are not paid yet. Sign in, or try again in a quarter of an hour.',
  destinationMissing: 'Say first where it is to go.',
  shippingMethodMissing: 'Choose first how it is to be shipped.',
  changedMeanwhile: 'It was changed in the meantime. Load it again.',
  limitReached: (maximum: number) => `There are ${maximum} of these, and there can be no more.`,
  codesTaken: (codes: number) => `${codes} of these codes exist already. None was made.`,
  tooManyCoupons: (maximum: number) => `A cart takes up to ${maximum} coupon codes.`,
  shippingMethodUnavailable: 'This cart cannot be shipped that way. Choose another.',
  notCancellable: 'This order cannot be cancelled now.',
  notPayable: 'This order is not waiting for a payment.',
  notResumable: 'This order has no failed undo.',
};

/** By the reason why a coupon does not apply. */
export const couponTexts: Readonly<Record<Reason, string>> = {
  UNKNOWN: 'This code is not known.',
  NOT_STARTED: 'This code is not valid yet.',
  ENDED: 'This code is no longer valid.',
  LIMIT_REACHED: 'This code has been used as often as it can be.',
  SIGN_IN_REQUIRED: 'Sign in to use this code.',
  CUSTOMER_LIMIT_REACHED: 'You have used this code as often as you can.',
  NOT_FIRST_ORDER: 'This code is for a first order.',
  OTHER_CURRENCY: 'This code is not for the currency of the cart.',
  NOTHING_IN_SCOPE: 'This code is for other items.',
  NOT_ENOUGH_UNITS: 'This code takes more of these items.',
  MINIMUM_SPEND: 'This code takes a larger order.',
  NO_SHIPPING: 'This code is for the shipping, which has not been chosen.',
  GIFT_NOT_IN_CART: 'Put the gift into the cart.',
  NOTHING_LEFT: 'There is nothing left to take off.',
  NOT_COMBINABLE: 'This code cannot be combined with what takes more off.',
};

/** By the reason that `OrderCancelled` gives. */
export const cancellationTexts = {
  CUSTOMER: 'The order was cancelled at your request.',
  STAFF: 'The order was cancelled by the shop.',
  EXPIRED: 'The order was not paid in time.',
  STOCK_TIMED_OUT: 'The stock could not be checked in time. Nothing was charged.',
  PAYMENT_TIMED_OUT: 'The payment did not go through in time. Nothing stays charged.',
  ACTION_TIMED_OUT: 'The payment was not confirmed in time. Nothing was charged.',
  STOCK_LOST: 'The items were gone before the payment went through. Nothing was charged.',
  CAPTURE_FAILED: 'The payment could not be completed. Nothing was charged.',
  PAYMENT_VOIDED: 'The payment was released before the order was complete. Nothing was charged.',
  FUNDS_TIMED_OUT: 'Your payment did not arrive in time.',
  PAYMENT_MISMATCH: 'The payment did not match the order, so the order was stopped. Nothing stays charged.',
};

export const declineTexts: Readonly<Record<(typeof declineReasons)[number], string>> = {
  CARD_DECLINED: 'The card was declined.',
  INSUFFICIENT_FUNDS: 'There is not enough money on the account.',
  EXPIRED_CARD: 'The card has expired.',
  INVALID_METHOD: 'This payment method is not known.',
  WITHDRAWN: 'The payment was withdrawn before it began.',
};

const timelineTexts: { readonly [event: string]: string } = {
  placed: 'The order was placed.',
  'stock.reserved': 'The items are reserved.',
  'stock.rejected': 'The items could not be reserved.',
  'stock.committed': 'The items are yours.',
  'stock.commit-failed': 'The reservation was gone.',
  'stock.released': 'The items went back to the stock.',
  'payment.authorized': 'The payment is approved.',
  'payment.action-required': 'The bank asks for an extra step.',
  'payment.declined': 'The payment was declined.',
  'payment.captured': 'The payment is complete.',
  'payment.capture-failed': 'The payment could not be completed.',
  'payment.awaiting-funds': 'The order waits for your payment.',
  'payment.cancelled': 'The payment was called back.',
  'payment.cancel-failed': 'The payment could not be called back.',
  'payment.refunded': 'Money was returned to you.',
  'payment.refund-failed': 'Money could not be returned to you.',
  'payment.disputed': 'Your bank was asked to take the payment back.',
  wrongAmount: 'The payment was for another amount than the order.',
  timedOut: 'No answer came in time.',
  cancelRequested: 'Cancellation was asked for.',
  payRequested: 'Another payment was begun.',
  resumeRequested: 'The undo was begun again.',
};

/** One sentence for an entry of an order's timeline. */
export const timelineText = (event: string): string => timelineTexts[event] ?? event;
