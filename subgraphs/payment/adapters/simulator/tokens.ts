/** The simulator's payment methods: what each test token makes it do. */
import type { DeclineReason } from '../../domain/provider-results.ts';

export interface Behaviour {
  readonly onAuthorize:
    | 'approve'
    | 'requireAction'
    /** Answers "processing", settles soon after, and then sends a webhook. */
    | 'process'
    | { readonly decline: DeclineReason; readonly message: string };
  /** Operations that always fail. */
  readonly refuses?: readonly ('capture' | 'void' | 'refund')[];
  /** On the first request with each key: the effect happens and the answer is lost, or the request itself is lost. */
  readonly losesFirst?: 'answer' | 'request';
  /** How often it sends each webhook; 1 by default. */
  readonly webhookCopies?: number;
}

const decline = (reason: DeclineReason, message: string): Behaviour => ({ onAuthorize: { decline: reason, message } });

export const tokens = {
  tok_approve: { onAuthorize: 'approve' },
  tok_decline: decline('CARD_DECLINED', 'The card was declined.'),
  tok_insufficient_funds: decline('INSUFFICIENT_FUNDS', 'There is not enough money on the account.'),
  tok_expired_card: decline('EXPIRED_CARD', 'The card has expired.'),
  tok_action_required: { onAuthorize: 'requireAction' },
  tok_timeout: { onAuthorize: 'approve', losesFirst: 'answer' },
  tok_timeout_lost: { onAuthorize: 'approve', losesFirst: 'request' },
  tok_duplicate_webhook: { onAuthorize: 'process', webhookCopies: 2 },
  tok_capture_fail: { onAuthorize: 'approve', refuses: ['capture'] },
  tok_void_fail: { onAuthorize: 'approve', refuses: ['void', 'refund'] },
} as const satisfies Record<string, Behaviour>;

const unknownToken = decline('INVALID_METHOD', 'The payment method is unknown.');

const byName: ReadonlyMap<string, Behaviour> = new Map(Object.entries(tokens));

export const behaviourOf = (token: string): Behaviour => byName.get(token) ?? unknownToken;
