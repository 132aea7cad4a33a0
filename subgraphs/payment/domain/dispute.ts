/** A dispute: the customer's bank has called a captured amount back, until it is decided whose money it is. */
import type { DisputeId, PaymentId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';

export interface Dispute {
  readonly id: DisputeId;
  readonly paymentId: PaymentId;
  /** The provider's own name for it. */
  readonly reference: string;
  readonly amount: Money;
  /** WON and LOST are final. */
  readonly state: 'OPEN' | 'WON' | 'LOST';
  /** In the provider's words. */
  readonly reason: string;
  readonly respondBy: Date | null;
  readonly openedAt: Date;
}
