/** API keys: what machines, such as a warehouse's, sign in with. */
import type { ApiKeyId } from '#contracts/ids.ts';
import type { StaffActorId } from '#contracts/messages/staff.ts';
import type { Permission } from '#contracts/permissions.ts';
import type { DisplayName } from '../account/display-name.ts';

export interface ApiKey {
  readonly id: ApiKeyId;
  readonly name: DisplayName;
  /** They never change: another set is another key. */
  readonly permissions: readonly Permission[];
  readonly createdBy: StaffActorId;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** To within `useNoticedAfterMs`. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export const isActive = ({ expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: Date): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/** Whoever found such a key could make others, and revoking it would not end that. */
export const neverForKeys: readonly Permission[] = ['roles:manage', 'api-keys:manage'];

// 100 that are active: machines are few, and each key is one to lose.
export const maxActiveKeys = 100;

// 5 min: shows whether a key is still in use, for twelve writes an hour, however many requests and gateways there are.
const useNoticedAfterMs = 5 * 60 * 1_000;

export const isUseToNotice = (lastUsedAt: Date | null, now: Date): boolean =>
  lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= useNoticedAfterMs;
