import { CallerFault } from '#contracts/result.ts';
import type { PaymentMethod } from '../../domain/order/order.ts';
import type { Deps } from '../ports.ts';

/** How the caller pays. Throws unless it is one way, and the customer comes back to a page of the shop. */
export const methodOf = (
  { returnOrigins }: Pick<Deps, 'returnOrigins'>,
  { paymentMethodToken, savedPaymentMethodId, returnUrl }: PaymentMethod,
): PaymentMethod => {
  if ((paymentMethodToken === undefined) === (savedPaymentMethodId === undefined))
    throw new CallerFault('BAD_USER_INPUT', 'Set exactly one of "paymentMethodToken" and "savedPaymentMethodId".');
  // A page of somebody else that looks like the shop's is how customers are robbed after a payment.
  if (returnUrl !== undefined && !returnOrigins.includes(new URL(returnUrl).origin))
    throw new CallerFault(
      'BAD_USER_INPUT',
      'The origin of "returnUrl" is not one of the shop (PAYMENT_RETURN_ORIGINS).',
    );
  return { paymentMethodToken, savedPaymentMethodId, returnUrl };
};
