import { message } from '#contracts/envelope.ts';
import type { UserId } from '#contracts/ids.ts';
import { UserAccessRevoked } from '#contracts/messages/user.ts';
import { CallerFault, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  type BuiltInRole,
  builtInRole,
  type LastAdmin,
  lastAdmin,
  type MissingPermissions,
  missingPermissions,
  type RoleNotFound,
  roleNotFound,
} from '../../domain/access/failures.ts';
import { admin, customer, lacking, parseRoleName, type Role } from '../../domain/access/role.ts';
import type { Deps, Stores } from '../ports.ts';
import { type AccessCommand, type Authorised, changeAccess } from './authority.ts';

export interface RoleOfUser extends AccessCommand {
  readonly userId: UserId;
  readonly role: string;
}

type Needs = Pick<Deps, 'transaction' | 'newId'>;
type Answer<F extends { kind: string; message: string }> = Promise<
  Result<UserId, F | RoleNotFound | MissingPermissions | IdempotencyConflict>
>;

/** Gives somebody a role; nothing happens if they have it. Nobody gives what they do not have themselves. */
export const grantRole =
  (deps: Needs) =>
  (command: RoleOfUser): Answer<never> =>
    changeRoles(deps, command, 'grantRole', async ({ stores }, role) => {
      if (role.name === customer.name || !(await stores.roles.grant(command.userId, role.name))) return unchanged;
      return changed;
    });

/**
 * Takes a role from somebody; nothing happens if they do not have it. There is always an administrator left, also when
 * two of them take it from each other at once.
 */
export const revokeRole =
  (deps: Needs) =>
  (command: RoleOfUser): Answer<BuiltInRole | LastAdmin> =>
    changeRoles<BuiltInRole | LastAdmin>(deps, command, 'revokeRole', async ({ stores }, role) => {
      if (role.name === customer.name) return fail(builtInRole);
      if (role.name === admin && (await isLastAdmin(stores, command.userId))) return fail(lastAdmin);
      return (await stores.roles.revoke(command.userId, role.name)) ? changed : unchanged;
    });

/** Whether nobody else is an administrator. After `roles.lock()`, so that nobody else ceases to be one meanwhile. */
export const isLastAdmin = async ({ roles }: Pick<Stores, 'roles'>, userId: UserId): Promise<boolean> => {
  const admins = await roles.holders(admin);
  return admins.includes(userId) && admins.length === 1;
};

const changed = ok(true);
const unchanged = ok(false);

const changeRoles = <F extends BuiltInRole | LastAdmin = never>(
  deps: Needs,
  { userId, role: name, ...command }: RoleOfUser,
  action: 'grantRole' | 'revokeRole',
  work: (authorised: Authorised, role: Role) => Promise<Result<boolean, F>>,
): Answer<F> =>
  changeAccess<UserId, F | RoleNotFound | MissingPermissions>(
    deps,
    command,
    { action, permission: 'roles:manage', input: { userId, role: name } },
    async (authorised) => {
      const { stores, held, record } = authorised;
      const roleName = parseRoleName(name);
      const role = roleName && (await stores.roles.find(roleName));
      if (!role) return fail(roleNotFound);
      if (!(await stores.roles.lockAccount(userId))) throw new CallerFault('NOT_FOUND', 'There is no such user.');
      const missing = lacking(held, role.permissions);
      if (missing.length > 0) return fail(missingPermissions(missing));
      const result = await work(authorised, role);
      if (!result.ok) return result;
      if (result.value) {
        await record({ subject: { type: 'User', id: userId }, customerId: userId, details: { role: role.name } });
        await renewAccess(stores, [userId]);
      }
      return ok(userId);
    },
  );

/** Tokens that say what was true before are refused from now on; a refreshed one says what is true. */
export const renewAccess = async ({ denials, outbox }: Stores, userIds: readonly UserId[]): Promise<void> => {
  await denials.add(...userIds);
  await outbox.add(
    ...userIds.map((userId) =>
      message(
        UserAccessRevoked,
        { type: 'session', id: userId },
        { userId, sessionId: null, reason: 'ROLES_CHANGED' as const },
      ),
    ),
  );
};
