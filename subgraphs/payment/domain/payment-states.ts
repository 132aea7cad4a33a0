/**
 * The lifecycle of a payment, as a table. Everything that reaches a payment (a command of the order, a result of the
 * provider) is handled under the attempt's lock, one after the other, so status and input decide everything.
 *
 * A status that ends in -ING has one operation open: a call to the provider is under way or about to be made. A cancel
 * that arrives meanwhile does not overtake it: CANCELLING waits for the result, because only then is it known what there
 * is to undo.
 */
import type { Money } from '#contracts/money.ts';
import type { ProviderResult } from './provider-results.ts';

export const paymentStatuses = [
  'AUTHORIZING',
  'PROCESSING',
  'ACTION_REQUIRED',
  'CONFIRMING',
  'AUTHORIZED',
  'DECLINED',
  'CAPTURING',
  'CAPTURED',
  'CAPTURE_FAILED',
  'CANCELLING',
  'VOIDING',
  'REFUNDING',
  'VOIDED',
  'REFUNDED',
  'VOID_FAILED',
  'REFUND_FAILED',
  'WITHDRAWN',
  'AWAITING_FUNDS',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** Nothing is held or kept any more, unless a refund fails later. The index payment_one_open_per_order has them as well. */
export const overStatuses = ['DECLINED', 'WITHDRAWN', 'VOIDED', 'REFUNDED'] as const satisfies readonly PaymentStatus[];

/** Calls that a provider offers. */
export const operationKinds = ['AUTHORIZE', 'CONFIRM', 'CAPTURE', 'VOID', 'REFUND'] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Commands of the order: every status must reply to each, now or when its operation ends. */
export type OrderCommand = 'authorize' | 'capture' | 'cancel';

/** Everything that can happen to a payment. */
export type Input =
  | { readonly kind: 'authorize' | 'cancel' }
  /** Final, and the first, by default. */
  | {
      readonly kind: 'capture';
      readonly amount: Money;
      readonly isFinal?: boolean;
      readonly capturedBefore?: number;
      /** False for a part where the provider knows none. */
      readonly isPossible?: boolean;
    }
  | { readonly kind: 'confirm'; readonly code: string }
  | ProviderResult;
/** The columns of the table. A capture that leaves something held, and a void that leaves something captured, have their own. */
export type InputKind = Input['kind'] | 'partlyCaptured' | 'restVoided';

/** Names of the events that domain/replies.ts makes. */
export type Reply =
  | 'authorized'
  | 'declined'
  | 'actionRequired'
  | 'awaitingFunds'
  | 'captured'
  | 'captureFailed'
  | 'cancelled'
  | 'cancelFailed';

/** What to do: change status, open an operation, reply to the order. `{}`: nothing yet, the reply follows when the operation ends. */
export interface Step {
  readonly to?: PaymentStatus;
  readonly call?: OperationKind;
  readonly reply?: Reply;
}

type Row = Readonly<Record<OrderCommand, Step> & Partial<Record<InputKind, Step>>>;

const approved = { to: 'AUTHORIZED', reply: 'authorized' } as const;
const declined = { to: 'DECLINED', reply: 'declined' } as const;
const askForAction = { to: 'ACTION_REQUIRED', reply: 'actionRequired' } as const;
const voidIt = { to: 'VOIDING', call: 'VOID' } as const;
const refundIt = { to: 'REFUNDING', call: 'REFUND' } as const;
const nothingToCapture = { reply: 'captureFailed' } as const;

export const paymentStates = {
  AUTHORIZING: {
    authorize: {},
    capture: nothingToCapture,
    cancel: { to: 'CANCELLING' },
    approved,
    declined,
    actionRequired: askForAction,
    processing: { to: 'PROCESSING' },
    awaitingFunds: { to: 'AWAITING_FUNDS', reply: 'awaitingFunds' },
  },
  // Staff record the money, and the check that follows finds it.
  AWAITING_FUNDS: {
    authorize: { reply: 'awaitingFunds' },
    capture: nothingToCapture,
    cancel: voidIt,
    approved,
    declined,
    awaitingFunds: {},
  },
  PROCESSING: {
    authorize: {},
    capture: nothingToCapture,
    cancel: voidIt,
    approved,
    declined,
    actionRequired: askForAction,
    processing: {},
  },
  ACTION_REQUIRED: {
    authorize: { reply: 'actionRequired' },
    capture: nothingToCapture,
    cancel: voidIt,
    confirm: { to: 'CONFIRMING', call: 'CONFIRM' },
    approved,
    declined,
    actionRequired: {},
    processing: { to: 'PROCESSING' },
  },
  CONFIRMING: {
    authorize: {},
    capture: nothingToCapture,
    cancel: { to: 'CANCELLING' },
    approved,
    declined,
    actionRequired: { to: 'ACTION_REQUIRED' },
    processing: { to: 'PROCESSING' },
  },
  AUTHORIZED: {
    authorize: { reply: 'authorized' },
    capture: { to: 'CAPTURING', call: 'CAPTURE' },
    cancel: voidIt,
  },
  DECLINED: { authorize: { reply: 'declined' }, capture: nothingToCapture, cancel: { reply: 'cancelled' } },
  CAPTURING: {
    authorize: { reply: 'authorized' },
    capture: {},
    cancel: { to: 'CANCELLING' },
    captured: { to: 'CAPTURED', reply: 'captured' },
    partlyCaptured: { to: 'AUTHORIZED', reply: 'captured' },
    captureRefused: { to: 'CAPTURE_FAILED', reply: 'captureFailed' },
  },
  CAPTURED: { authorize: { reply: 'authorized' }, capture: { reply: 'captured' }, cancel: refundIt },
  CAPTURE_FAILED: { authorize: { reply: 'authorized' }, capture: { reply: 'captureFailed' }, cancel: voidIt },
  CANCELLING: {
    authorize: {},
    capture: {},
    cancel: {},
    approved: voidIt,
    declined: { to: 'DECLINED', reply: 'cancelled' },
    actionRequired: voidIt,
    processing: voidIt,
    awaitingFunds: voidIt,
    captured: refundIt,
    // The hold first: what was taken is known then.
    partlyCaptured: voidIt,
    captureRefused: voidIt,
  },
  VOIDING: {
    authorize: {},
    capture: {},
    cancel: {},
    voided: { to: 'VOIDED', reply: 'cancelled' },
    restVoided: refundIt,
    voidRefused: { to: 'VOID_FAILED', reply: 'cancelFailed' },
  },
  REFUNDING: {
    authorize: {},
    capture: {},
    cancel: {},
    refunded: { to: 'REFUNDED', reply: 'cancelled' },
    refundRefused: { to: 'REFUND_FAILED', reply: 'cancelFailed' },
  },
  VOIDED: { authorize: { reply: 'declined' }, capture: nothingToCapture, cancel: { reply: 'cancelled' } },
  REFUNDED: { authorize: { reply: 'declined' }, capture: nothingToCapture, cancel: { reply: 'cancelled' } },
  // An operator has looked into it and cancels again: a new operation with a new key.
  VOID_FAILED: { authorize: {}, capture: nothingToCapture, cancel: voidIt },
  REFUND_FAILED: { authorize: {}, capture: nothingToCapture, cancel: refundIt },
  // The cancel arrived first: the payment exists only to decline the authorization.
  WITHDRAWN: { authorize: { reply: 'declined' }, capture: nothingToCapture, cancel: { reply: 'cancelled' } },
} as const satisfies Record<PaymentStatus, Row>;

export const stepFor = (status: PaymentStatus, input: InputKind): Step | undefined => {
  const row: Row = paymentStates[status];
  return row[input];
};

/** Waiting for the provider, the customer or the money: looked up at the provider, from time to time or when there is news. */
export const isWaiting = (status: PaymentStatus): boolean =>
  status === 'PROCESSING' || status === 'ACTION_REQUIRED' || status === 'AWAITING_FUNDS';

/** The statuses of the public graph: ours say more about who acts next than clients need. */
export const publicStatus = {
  AUTHORIZING: 'AUTHORIZING',
  PROCESSING: 'AUTHORIZING',
  CONFIRMING: 'AUTHORIZING',
  ACTION_REQUIRED: 'ACTION_REQUIRED',
  AWAITING_FUNDS: 'AWAITING_FUNDS',
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
