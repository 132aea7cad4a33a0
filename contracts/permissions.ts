/** What staff and machines may do, by name: `resource:verb`. A role is a named set of these (the user subgraph's `role` table). */
import { z } from 'zod';

export const permissions = [
  'users:read',
  'users:manage',
  'roles:manage',
  'api-keys:manage',
  'audit-log:read',
  'orders:read',
  'orders:manage',
  'payments:read',
  'payments:manage',
  'catalogue:read',
  'catalogue:write',
  'stock:read',
  'stock:write',
  'pricing:read',
  'pricing:write',
  'operations:read',
  'operations:manage',
] as const;
export const Permission = z.enum(permissions);
export type Permission = z.infer<typeof Permission>;

export const isPermission = (text: string): text is Permission => (permissions as readonly string[]).includes(text);

// What a shop assistant has no need of: other people's accounts, who may do what, and running the system.
const adminOnly: readonly Permission[] = [
  'users:manage',
  'roles:manage',
  'api-keys:manage',
  'audit-log:read',
  'operations:manage',
];

/** The roles that every shop has and nobody can change. CUSTOMER, which every user has, needs no permission for what is their own. */
export const builtInRoles = {
  CUSTOMER: [],
  STAFF: permissions.filter((permission) => !adminOnly.includes(permission)),
  ADMIN: permissions,
} as const satisfies Record<string, readonly Permission[]>;
export type BuiltInRole = keyof typeof builtInRoles;
