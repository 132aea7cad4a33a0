import { newId, type UserId } from '#contracts/ids.ts';
import { type BuiltInRole, builtInRoles, type Permission } from '#contracts/permissions.ts';
import type { Viewer } from '#contracts/viewer.ts';

export const permissionsOf = (roles: readonly BuiltInRole[]): Permission[] => [
  ...new Set(roles.flatMap((role): readonly Permission[] => builtInRoles[role])),
];

/** A signed-in user with these roles, beside CUSTOMER. */
export const signedIn = (id: UserId, ...further: readonly BuiltInRole[]): Viewer & { kind: 'user' } => {
  const roles: BuiltInRole[] = ['CUSTOMER', ...further];
  return { kind: 'user', id, roles, permissions: permissionsOf(roles) };
};

export const somebody = (...further: readonly BuiltInRole[]) => signedIn(newId('User'), ...further);
