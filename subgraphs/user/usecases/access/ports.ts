/** What the use cases of roles, API keys and the audit log need from outside. */
import type { UserId } from '#contracts/ids.ts';
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

export interface AccessReads {
  /** The roles of each of these users, CUSTOMER first. One statement. */
  rolesOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly Role[]>>;
}
