import {
  PaymentActionRequired,
  PaymentAuthorized,
  PaymentAwaitingFunds,
  PaymentCancelFailed,
  PaymentCancelled,
  PaymentCaptured,
  PaymentCaptureFailed,
  PaymentDeclined,
  PaymentDisputed,
  PaymentRefunded,
  PaymentRefundFailed,
} from '#contracts/messages/payment.ts';
import { ProductChanged, ProductChangedV1 } from '#contracts/messages/product.ts';
import {
  StockCommitFailed,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
} from '#contracts/messages/stock.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
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
    UserClosed,
    StockReserved,
    StockRejected,
    StockCommitted,
    StockCommitFailed,
    StockReleased,
    PaymentAuthorized,
    PaymentDeclined,
    PaymentActionRequired,
    PaymentAwaitingFunds,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentCancelled,
    PaymentCancelFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentDisputed,
  ],
  readModels: {
    catalogue: {
      source: 'product',
      aggregate: 'product',
      messages: [ProductChanged, ProductChangedV1],
      // A cart may still hold a variant that its product has lost.
      parts: { list: 'variants', id: 'variantId' },
      tables: [
        { name: 'catalogue_product', key: 'id', aggregate: 'id' },
        { name: 'catalogue_variant', key: 'id', aggregate: 'product_id' },
      ],
      module: 'subgraphs/order/wiring.ts',
    },
  },
  entities: ['Cart', 'Order'],
  mutations: {
    keyRequired: ['placeOrder', 'payOrder', 'cancelOrder', 'resumeOrder'],
    keyOptional: [
      'addToCart',
      'changeCartLine',
      'removeFromCart',
      'setCartContact',
      'setCartNote',
      'setShippingAddress',
      'setBillingAddress',
      'applyCoupon',
      'removeCoupon',
      'chooseShippingMethod',
      'createPromotion',
      'revisePromotion',
      'endPromotion',
      'createCoupons',
      'saveShippingMethod',
      'removeShippingMethod',
      'saveTaxRate',
      'removeTaxRate',
      'acknowledgeCartWarnings',
      'reorder',
    ],
  },
} as const satisfies SubgraphDescriptor;
