import { AuthorizePayment, CancelPayment, CapturePayment, RefundPayment } from '#contracts/messages/payment.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';

/** Payments, the money ledger, and the providers that move money. */
export const service = {
  name: 'payment',
  kind: 'subgraph',
  port: 4004,
  database: true,
  worker: 'payment-worker',
  receives: [AuthorizePayment, CapturePayment, RefundPayment, CancelPayment, UserGuestMerged, UserClosed],
  secrets: { STRIPE_SECRET_KEY: 'given', STRIPE_WEBHOOK_SECRET: 'given' },
  publicPaths: [
    {
      path: '/webhooks/',
      about: 'For payment providers only. The signature covers the raw body, which must not change.',
      maxBodyBytes: 65_536,
    },
  ],
  // Stripe's API: the API role asks it for a customer who waits, the worker for everybody else.
  outbound: { ports: [443], roles: 'both' },
  payments: 'subgraphs/payment/wiring.ts',
  entities: ['Payment'],
  mutations: {
    keyRequired: [
      'confirmPayment',
      'capturePayment',
      'voidPayment',
      'refundPayment',
      'recordOfflinePayment',
      'recordOfflineRefund',
      'replayProviderEvent',
    ],
    keyOptional: ['savePaymentMethod', 'removePaymentMethod'],
  },
} as const satisfies SubgraphDescriptor;
