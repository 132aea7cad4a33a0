/** The statuses that customers see: ours say more about who has the next word than anybody else needs. */
import type { PaymentStatus } from './payment-states.ts';

export const publicStatus = {
  AUTHORIZING: 'AUTHORIZING',
  PROCESSING: 'AUTHORIZING',
  CONFIRMING: 'AUTHORIZING',
  ACTION_REQUIRED: 'ACTION_REQUIRED',
  AUTHORIZED: 'AUTHORIZED',
  DECLINED: 'DECLINED',
  CAPTURING: 'CAPTURING',
  CAPTURED: 'CAPTURED',
  CAPTURE_FAILED: 'CAPTURE_FAILED',
  CANCELLING: 'CANCELLING',
  VOIDING: 'CANCELLING',
  REFUNDING: 'CANCELLING',
  VOIDED: 'VOIDED',
  REFUNDED: 'REFUNDED',
  VOID_FAILED: 'CANCEL_FAILED',
  REFUND_FAILED: 'CANCEL_FAILED',
  WITHDRAWN: 'WITHDRAWN',
} as const satisfies Record<PaymentStatus, string>;

export type ShownStatus = (typeof publicStatus)[PaymentStatus];
