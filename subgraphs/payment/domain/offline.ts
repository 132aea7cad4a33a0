/** Payment that staff record: the money moves outside of any provider. */
import { offlinePaymentTokens } from '#contracts/messages/payment.ts';

export const offlineProviderName = 'offline';

/** The tokens that an order may be paid with, without any card. */
export const offlineTokens: ReadonlySet<string> = new Set(offlinePaymentTokens);
