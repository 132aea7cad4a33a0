/** The simulator's payment methods: what each test token makes it do. */

/** In Stripe's codes (https://docs.stripe.com/declines/codes). */
export interface Decline {
  readonly code: 'card_declined' | 'expired_card' | 'payment_intent_authentication_failure';
  readonly decline_code?: 'generic_decline' | 'insufficient_funds';
  readonly message: string;
}

export interface Behaviour {
  readonly onAuthorize:
    | 'approve'
    | 'requireAction'
    /** Answers "processing", settles soon after, and then sends a webhook. */
    | 'process'
    | { readonly decline: Decline };
  /** Operations that always fail. */
  readonly refuses?: readonly ('capture' | 'cancel' | 'refund')[];
  /** On the first request with each key: the effect happens and the answer is lost, or the request itself is lost. */
  readonly losesFirst?: 'answer' | 'request';
  /** On the first request to each endpoint for each payment: a 500, kept under its key, without the effect or with it. */
  readonly failsFirst?: 'before' | 'after';
  /** How often it sends each webhook; 1 by default. */
  readonly webhookCopies?: number;
  /** Refunds are answered "pending" and succeed soon after, or "succeeded" and fail soon after. */
  readonly refunds?: 'pend' | 'fail';
  /** What happens soon after a capture. */
  readonly afterCapture?: 'dispute';
  /** The hold ends by itself soon after. */
  readonly holdExpires?: boolean;
}

const decline = (
  code: Decline['code'],
  decline_code: NonNullable<Decline['decline_code']>,
  message: string,
): Behaviour => ({ onAuthorize: { decline: { code, decline_code, message } } });

export const genericDecline: Decline = {
  ...{ code: 'card_declined', decline_code: 'generic_decline', message: 'The card was declined.' },
};

export const tokens = {
  tok_approve: { onAuthorize: 'approve' },
  tok_decline: { onAuthorize: { decline: genericDecline } },
  tok_insufficient_funds: decline('card_declined', 'insufficient_funds', 'There is not enough money on the account.'),
  tok_expired_card: { onAuthorize: { decline: { code: 'expired_card', message: 'The card has expired.' } } },
  tok_action_required: { onAuthorize: 'requireAction' },
  tok_timeout: { onAuthorize: 'approve', losesFirst: 'answer' },
  tok_timeout_lost: { onAuthorize: 'approve', losesFirst: 'request' },
  tok_server_error: { onAuthorize: 'approve', failsFirst: 'after' },
  tok_server_error_lost: { onAuthorize: 'approve', failsFirst: 'before' },
  tok_duplicate_webhook: { onAuthorize: 'process', webhookCopies: 2 },
  tok_capture_fail: { onAuthorize: 'approve', refuses: ['capture'] },
  tok_void_fail: { onAuthorize: 'approve', refuses: ['cancel', 'refund'] },
  tok_refund_fail: { onAuthorize: 'approve', refunds: 'fail' },
  tok_refund_pending: { onAuthorize: 'approve', refunds: 'pend' },
  tok_dispute: { onAuthorize: 'approve', afterCapture: 'dispute' },
  tok_expire: { onAuthorize: 'approve', holdExpires: true },
} as const satisfies Record<string, Behaviour>;

const byName: ReadonlyMap<string, Behaviour> = new Map(Object.entries(tokens));

/** Undefined for one that nobody has. */
export const behaviourOf = (token: string): Behaviour | undefined => byName.get(token);
