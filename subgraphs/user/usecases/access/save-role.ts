import { isPermission, type Permission } from '#contracts/permissions.ts';
import { type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  type BuiltInRole,
  builtInRole,
  type InvalidRoleName,
  invalidRoleName,
  type MissingPermissions,
  missingPermissions,
  type RoleInUse,
  type RoleNotFound,
  roleInUse,
  roleNotFound,
  type TooManyRoles,
  tooManyRoles,
  type UnknownPermissions,
  unknownPermissions,
} from '../../domain/access/failures.ts';
import { isBuiltIn, lacking, maxOwnRoles, parseRoleName, type Role, type RoleName } from '../../domain/access/role.ts';
import type { Deps } from '../ports.ts';
import { type AccessCommand, changeAccess } from './authority.ts';
import { renewAccess } from './grant-role.ts';

type Answer<T, F extends Failure> = Promise<Result<T, F | BuiltInRole | MissingPermissions | IdempotencyConflict>>;

export interface SaveRole extends AccessCommand {
  readonly name: string;
  readonly permissions: readonly string[];
}

/**
 * Makes a role, or gives it other permissions: all of its holders have them from now on. Nobody touches a permission that
 * they do not have themselves, neither to give it nor to take it. The name is the role's identity, so it stays.
 */
export const saveRole =
  (deps: Deps) =>
  ({
    name,
    permissions: asked,
    ...command
  }: SaveRole): Answer<Role, InvalidRoleName | TooManyRoles | UnknownPermissions> => {
    const wanted = [...new Set(asked)].toSorted();
    return changeAccess<Role, InvalidRoleName | TooManyRoles | UnknownPermissions | BuiltInRole | MissingPermissions>(
      deps,
      command,
      { action: 'saveRole', permission: 'roles:manage', input: { name, permissions: wanted } },
      async ({ stores, held, record }) => {
        if (isBuiltIn(name)) return fail(builtInRole);
        const roleName = parseRoleName(name);
        if (!roleName) return fail(invalidRoleName);
        const permissions = wanted.filter(isPermission);
        if (permissions.length < wanted.length)
          return fail(unknownPermissions(wanted.filter((one) => !isPermission(one))));
        const before = await stores.roles.find(roleName);
        const missing = lacking(held, permissions, before?.permissions ?? []);
        if (missing.length > 0) return fail(missingPermissions(missing));
        if (!before && (await stores.roles.countOwn()) >= maxOwnRoles) return fail(tooManyRoles);

        const role: Role = { name: roleName, permissions };
        if (before && before.permissions.toSorted().join() === permissions.join()) return ok(role);
        await stores.roles.save(role);
        await record({ subject: subjectOf(roleName), details: { permissions: permissions.join() } });
        await renewAccess(stores, await stores.roles.holders(roleName));
        return ok(role);
      },
    );
  };

export interface RemoveRole extends AccessCommand {
  readonly name: string;
}

/** Removes a role that nobody has. */
export const removeRole =
  (deps: Deps) =>
  ({ name, ...command }: RemoveRole): Answer<RoleName, RoleInUse | RoleNotFound> =>
    changeAccess<RoleName, RoleInUse | RoleNotFound | BuiltInRole | MissingPermissions>(
      deps,
      command,
      { action: 'removeRole', permission: 'roles:manage', input: { name } },
      async ({ stores, held, record }) => {
        if (isBuiltIn(name)) return fail(builtInRole);
        const roleName = parseRoleName(name);
        const role = roleName && (await stores.roles.find(roleName));
        if (!role) return fail(roleNotFound);
        const missing: Permission[] = lacking(held, role.permissions);
        if (missing.length > 0) return fail(missingPermissions(missing));
        const holders = await stores.roles.holders(role.name);
        if (holders.length > 0) return fail(roleInUse(holders.length));
        await stores.roles.remove(role.name);
        await record({ subject: subjectOf(role.name), details: {} });
        return ok(role.name);
      },
    );

const subjectOf = (name: RoleName) => ({ type: 'Role', id: name });
