/** What the use cases of roles, API keys and the audit log need from outside. */
import type { AuditEntryId, CustomerId, UserId } from '#contracts/ids.ts';
import type { AuditEntry } from '../../domain/access/audit-entry.ts';
import type { HeldRoles, Role, RoleName } from '../../domain/access/role.ts';

export interface RoleStore {
  /**
   * The roles that a token may name. Until the transaction ends nobody takes one of them from the user, or a permission
   * from one of them: a token issued at `asOf` is older than the denial that follows.
   */
  held(userId: UserId): Promise<HeldRoles>;
  /** False when the user has it already. The role exists. */
  grant(userId: UserId, role: RoleName): Promise<boolean>;
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
  /** Up to `limit + 1` entries, newest first. */
  auditLog(
    filter: AuditLogFilter,
    page: { readonly limit: number; readonly after: AuditEntryId | undefined },
  ): Promise<readonly AuditEntry[]>;

  /** The roles of each of these users, CUSTOMER first. One statement. */
  rolesOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly Role[]>>;
}
