import {
  PaymentActionRequired,
  PaymentAuthorized,
  PaymentCancelFailed,
  PaymentCancelled,
  PaymentCaptured,
  PaymentCaptureFailed,
  PaymentDeclined,
} from '#contracts/messages/payment.ts';
import { ProductChanged, ProductChangedV1 } from '#contracts/messages/product.ts';
import {
  StockCommitFailed,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
} from '#contracts/messages/stock.ts';
import { UserGuestMerged } from '#contracts/messages/user.ts';
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';

/** Carts, orders, the checkout saga, and a read model of the catalogue. */
export const service = {
  name: 'order',
  kind: 'subgraph',
  port: 4003,
  database: true,
  worker: 'order-worker',
  receives: [
    ProductChanged,
    ProductChangedV1,
    UserGuestMerged,
    StockReserved,
    StockRejected,
    StockCommitted,
    StockCommitFailed,
    StockReleased,
    PaymentAuthorized,
    PaymentDeclined,
    PaymentActionRequired,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentCancelled,
    PaymentCancelFailed,
  ],
  entities: ['Cart', 'Order'],
  mutations: {
    keyRequired: ['placeOrder', 'payOrder', 'cancelOrder', 'resumeOrder'],
    keyOptional: ['addToCart', 'changeCartLine', 'removeFromCart'],
  },
} as const satisfies SubgraphDescriptor;
