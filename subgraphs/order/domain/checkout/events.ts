/** What can happen to a checkout: replies of the neighbours, wishes of people, and time going by. */
import type { DataOf, MessageDefinition } from '#contracts/envelope.ts';
import type { AttemptId } from '#contracts/ids.ts';
import {
  PaymentActionRequired,
  PaymentAuthorized,
  PaymentCancelFailed,
  PaymentCancelled,
  PaymentCaptured,
  PaymentCaptureFailed,
  PaymentDeclined,
} from '#contracts/messages/payment.ts';
import {
  StockCommitFailed,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
} from '#contracts/messages/stock.ts';

/** Every reply that a checkout listens to. */
export const replies = [
  StockReserved,
  StockRejected,
  StockCommitted,
  StockCommitFailed,
  StockReleased,
  PaymentAuthorized,
  PaymentActionRequired,
  PaymentDeclined,
  PaymentCaptured,
  PaymentCaptureFailed,
  PaymentCancelled,
  PaymentCancelFailed,
] as const;

type ReplyOf<D> = D extends MessageDefinition ? { readonly type: D['type']; readonly data: DataOf<D> } : never;
export type Reply = ReplyOf<(typeof replies)[number]>;

export type OrderRequest =
  | { readonly type: 'cancelRequested'; readonly by: 'CUSTOMER' | 'STAFF' }
  | { readonly type: 'payRequested'; readonly attemptId: AttemptId; readonly paymentMethodToken: string }
  | { readonly type: 'resumeRequested' };

export type CheckoutEvent = Reply | OrderRequest | { readonly type: 'timedOut' };

export const isReply = (event: CheckoutEvent): event is Reply => 'data' in event;
