/** What the use cases of roles, API keys and the audit log need from outside. */
import type { ApiKeyId, AuditEntryId, CustomerId, UserId } from '#contracts/ids.ts';
import type { ApiKey } from '../../domain/access/api-key.ts';
import type { AuditEntry } from '../../domain/access/audit-entry.ts';
import type { Role, RoleName } from '../../domain/access/role.ts';

export interface RoleStore {
  /** From here on, nobody else changes who may do what until the transaction ends: whatever is decided on stays true. */
  lock(): Promise<void>;
  of(userId: UserId): Promise<readonly Role[]>;
  find(name: RoleName): Promise<Role | undefined>;
  /** Those of the shop's own. */
  countOwn(): Promise<number>;
  /** Makes the role, or gives it other permissions. */
  save(role: Role): Promise<void>;
  remove(name: RoleName): Promise<void>;
  holders(name: RoleName): Promise<readonly UserId[]>;
  /** Whether there is an account that is not closed; if so, it is not closed before the transaction ends. */
  lockAccount(userId: UserId): Promise<boolean>;
  /** False when the user has it already. The role exists. */
  grant(userId: UserId, role: RoleName): Promise<boolean>;
  /** False when the user does not have it. */
  revoke(userId: UserId, role: RoleName): Promise<boolean>;
}

export type NewApiKey = Omit<ApiKey, 'createdAt' | 'lastUsedAt' | 'revokedAt'>;

export interface ApiKeyStore {
  insert(key: NewApiKey, hash: string): Promise<void>;
  find(id: ApiKeyId): Promise<ApiKey | undefined>;
  /** Neither revoked nor expired. */
  countActive(): Promise<number>;
  revoke(id: ApiKeyId): Promise<void>;
}

/** Reads for verifying a key. Not reachable from GraphQL. */
export interface ApiKeyVerification {
  byHash(hash: string): Promise<{ readonly key: ApiKey; readonly now: Date } | undefined>;
  noticeUse(id: ApiKeyId, now: Date): Promise<void>;
}

/** Adds, and nothing else. */
export interface AuditLogStore {
  add(entry: AuditEntry): Promise<void>;
}

export interface AuditLogFilter {
  readonly actorId: string | undefined;
  readonly subjectId: string | undefined;
  readonly customerId: CustomerId | undefined;
}

export interface AccessReads {
  apiKey(id: ApiKeyId): Promise<ApiKey | undefined>;
  /** Up to `limit + 1` keys, newest first: those that are revoked or have expired as well. */
  apiKeys(page: { readonly limit: number; readonly after: ApiKeyId | undefined }): Promise<readonly ApiKey[]>;
  /** Up to `limit + 1` entries, newest first. */
  auditLog(
    filter: AuditLogFilter,
    page: { readonly limit: number; readonly after: AuditEntryId | undefined },
  ): Promise<readonly AuditEntry[]>;

  /** Every role, the built-in ones first. */
  roles(): Promise<readonly Role[]>;
  /** Everybody who has a role beside CUSTOMER, by address. */
  staff(): Promise<readonly { readonly email: string; readonly roles: readonly string[] }[]>;
  /** The roles of each of these users, CUSTOMER first. One statement. */
  rolesOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly Role[]>>;
}
