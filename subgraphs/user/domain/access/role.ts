/** Roles: named sets of permissions, which the shop can add its own to. */
import type { z } from 'zod';
import { type BuiltInRole, builtInRoles, isPermission, type Permission } from '#contracts/permissions.ts';

export type RoleName = string & z.$brand<'RoleName'>;

export interface Role {
  readonly name: RoleName;
  readonly permissions: readonly Permission[];
}

/** Who has which role at a moment; nothing is taken from them until the transaction ends that read it. */
export interface HeldRoles {
  readonly roles: readonly Role[];
  /** By the database's clock, after whatever change of roles was under way: a token that names them is issued at this time. */
  readonly asOf: Date;
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

export const isBuiltIn = (name: string): name is BuiltInRole => Object.hasOwn(builtInRoles, name);

export const permissionsOf = (roles: readonly Role[]): Permission[] => [
  ...new Set(roles.flatMap(({ permissions }) => permissions)),
];
