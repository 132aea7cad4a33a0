/** Payment that staff record: the money moves outside of any provider. */
export const offlineProviderName = 'offline';

/** The tokens that an order may be paid with, without any card. */
export const offlineTokens: ReadonlySet<string> = new Set(['offline_transfer', 'offline_cash']);
