/** Rows of the simulator's tables. */
import type { Decline } from '../domain/tokens.ts';

export type Metadata = Readonly<Record<string, string>>;

export interface Intent {
  readonly id: string;
  /** Its place in lists. */
  readonly position: string;
  readonly created_at: Date;
  readonly amount: number;
  readonly currency: string;
  readonly status:
    | 'requires_payment_method'
    | 'requires_action'
    | 'processing'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled';
  readonly amount_capturable: number;
  readonly amount_received: number;
  readonly payment_method: string | null;
  readonly customer: string | null;
  readonly metadata: Metadata;
  readonly client_secret: string;
  readonly return_url: string | null;
  readonly is_off_session: boolean;
  readonly last_payment_error: Decline | null;
  readonly cancellation_reason: string | null;
  readonly canceled_at: Date | null;
  readonly token: string;
  readonly settles_at: Date | null;
  readonly expires_at: Date | null;
  /** Of its charge: refunds that are done or on their way, and whether there was a dispute. New ones have neither. */
  readonly given_back?: number;
  readonly is_disputed?: boolean;
}

export interface Refund {
  readonly id: string;
  readonly position: string;
  readonly created_at: Date;
  readonly payment_intent: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'canceled';
  readonly failure_reason: string | null;
  readonly reason: string | null;
  readonly metadata: Metadata;
  readonly settles_at: Date | null;
}

export interface Dispute {
  readonly id: string;
  readonly position: string;
  readonly created_at: Date;
  readonly payment_intent: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: 'needs_response' | 'won' | 'lost';
  readonly reason: string;
  readonly due_by: Date;
}
