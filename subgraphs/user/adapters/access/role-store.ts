import type { UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import { customer, type Role, roleOfRow } from '../../domain/access/role.ts';
import type { RoleStore } from '../../usecases/access/ports.ts';
import { lockAccount } from '../account/account-store.ts';

export const roleStore = (tx: Prisma.TransactionClient, now: Date): RoleStore => ({
  lock: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('who may do what', 0))`;
  },

  of: async (userId) => (await rolesOf(tx, [userId])).get(userId) ?? [customer],

  find: async (name) => {
    if (name === customer.name) return customer;
    const row = await tx.role.findUnique({ where: { name }, select: roleColumns });
    return row ? roleOfRow(row) : undefined;
  },

  countOwn: () => tx.role.count({ where: { isBuiltIn: false } }),

  save: async ({ name, permissions }) => {
    const data = { permissions: [...permissions], updatedAt: now };
    await tx.role.upsert({ where: { name }, create: { name, ...data }, update: data, select: { name: true } });
  },

  remove: async (name) => {
    await tx.role.delete({ where: { name }, select: { name: true } });
  },

  holders: async (roleName) => {
    const rows = await tx.userRole.findMany({
      where: { roleName, user: { closedAt: null } },
      select: { userId: true },
      orderBy: { userId: 'asc' },
    });
    return rows.map(({ userId }) => userId as UserId);
  },

  lockAccount: (id) => lockAccount(tx, id),

  grant: async (userId, roleName) => {
    const { count } = await tx.userRole.createMany({
      data: [{ userId, roleName, grantedAt: now }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  revoke: async (userId, roleName) => {
    const { count } = await tx.userRole.deleteMany({ where: { userId, roleName } });
    return count === 1;
  },
});

const roleColumns = { name: true, permissions: true } as const satisfies Prisma.RoleSelect;

/** The roles of each of these users, CUSTOMER first. One statement. */
export const rolesOf = async (
  sql: Pick<Prisma.TransactionClient, '$queryRaw'>,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, readonly Role[]>> => {
  const rows = await sql.$queryRaw<{ userId: UserId; name: string; permissions: string[] }[]>`
    SELECT user_role.user_id AS "userId", role.name, role.permissions
      FROM user_role JOIN role ON role.name = user_role.role_name
     WHERE user_role.user_id = ANY (${[...userIds]}) ORDER BY role.name`;
  const roles = new Map(userIds.map((id): [UserId, Role[]] => [id, [customer]]));
  for (const row of rows) roles.get(row.userId)?.push(roleOfRow(row));
  return roles;
};
