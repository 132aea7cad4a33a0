/** Roles: named sets of permissions, which the shop can add its own to. */
import type { z } from 'zod';
import { type BuiltInRole, builtInRoles, isPermission, type Permission } from '#contracts/permissions.ts';

export type RoleName = string & z.$brand<'RoleName'>;

export interface Role {
  readonly name: RoleName;
  readonly permissions: readonly Permission[];
}

const roleName = (name: BuiltInRole) => name as string as RoleName;

/** Every user has it, so nobody is granted it, and it is stored for nobody. */
export const customer: Role = { name: roleName('CUSTOMER'), permissions: builtInRoles.CUSTOMER };
export const admin: RoleName = roleName('ADMIN');

/** What a built-in role permits is up to the release, so its row does not say; what this release does not know is ignored. */
export const roleOfRow = ({ name, permissions }: { name: string; permissions: readonly string[] }): Role => ({
  name: name as RoleName,
  permissions: isBuiltIn(name) ? builtInRoles[name] : permissions.filter(isPermission),
});

// As the database checks it, and as GraphQL writes a constant.
const form = /^[A-Z][A-Z0-9_]{1,39}$/;

export const parseRoleName = (text: string): RoleName | undefined => (form.test(text) ? (text as RoleName) : undefined);

// 100: a list that one screen shows and one answer holds.
export const maxOwnRoles = 100;

export const isBuiltIn = (name: string): name is BuiltInRole => Object.hasOwn(builtInRoles, name);

export const permissionsOf = (roles: readonly Role[]): Permission[] => [
  ...new Set(roles.flatMap(({ permissions }) => permissions)),
];

/** Those of `needed` that are not among `held`. */
export const lacking = (held: readonly Permission[], ...needed: readonly (readonly Permission[])[]): Permission[] => [
  ...new Set(needed.flat().filter((permission) => !held.includes(permission))),
];
