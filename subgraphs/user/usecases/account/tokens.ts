import type { OneTimeToken } from '../mail/ports.ts';
import type { LockedAccount } from './ports.ts';

/**
 * Whether a token was asked for after the credentials last changed: one from before may be that of whoever had the account
 * then, and its mail may have been composed since.
 */
export const isCurrent = ({ requestedAt }: OneTimeToken, { credentialsChangedAt }: LockedAccount): boolean =>
  !credentialsChangedAt || requestedAt > credentialsChangedAt;
