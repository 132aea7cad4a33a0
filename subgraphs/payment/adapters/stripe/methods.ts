/** Payment methods on file, at Stripe those of a customer. */
import type Stripe from 'stripe';
import type { SaveMethodResult } from '../../domain/payment-method.ts';
import type { PaymentProvider } from '../../usecases/provider.ts';
import { answered } from './call.ts';
import { declinedBy, refusalIn, refusedRequest } from './errors.ts';

export const stripeMethods = (stripe: Stripe): Pick<PaymentProvider, 'saveMethod' | 'removeMethod'> => ({
  saveMethod: ({ customerId, customerReference, token }, { key, signal }) =>
    answered(signal, async (): Promise<SaveMethodResult> => {
      try {
        const customer =
          customerReference ??
          (await stripe.customers.create({ metadata: { customer: customerId } }, { idempotencyKey: `${key}-customer` }))
            .id;
        const method = token.startsWith('tok_')
          ? (await stripe.paymentMethods.create({ type: 'card', card: { token } }, { idempotencyKey: `${key}-method` }))
              .id
          : token;
        return savedAs(
          await stripe.paymentMethods.attach(method, { customer }, { idempotencyKey: `${key}-attach` }),
          customer,
        );
      } catch (error) {
        const refusal = refusalIn(error);
        const declined = refusal.type === 'StripeCardError' ? declinedBy(refusal) : refusedRequest;
        return { kind: 'methodRefused', ...declined };
      }
    }),
  removeMethod: ({ reference }, { key, signal }) =>
    answered(signal, async () => {
      try {
        await stripe.paymentMethods.detach(reference, {}, { idempotencyKey: key });
      } catch (error) {
        // Refused: it is not attached any more.
        refusalIn(error);
      }
    }),
});

const savedAs = ({ id, card }: Stripe.PaymentMethod, customerReference: string): SaveMethodResult => ({
  ...{ kind: 'methodSaved', reference: id, customerReference },
  ...{ brand: card?.brand ?? null, last4: card?.last4 ?? null },
  ...{ expiryMonth: card?.exp_month ?? null, expiryYear: card?.exp_year ?? null },
});
