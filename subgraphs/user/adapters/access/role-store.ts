import type { UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import { customer, type Role, roleOfRow } from '../../domain/access/role.ts';
import type { RoleStore } from '../../usecases/access/ports.ts';

export const roleStore = (tx: Prisma.TransactionClient, now: Date): RoleStore => ({
  lock: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('who may do what', 0))`;
  },

  of: (userId) => rolesOf(tx, userId),

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

  lockAccount: async (id) => {
    const rows = await tx.$queryRaw<object[]>`
      SELECT 1 FROM user_account WHERE id = ${id} AND closed_at IS NULL FOR NO KEY UPDATE`;
    return rows.length > 0;
  },

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

const rolesOf = async (tx: Prisma.TransactionClient, userId: UserId): Promise<readonly Role[]> => {
  const rows = await tx.$queryRaw<{ name: string; permissions: string[] }[]>`
    SELECT role.name, role.permissions FROM user_role JOIN role ON role.name = user_role.role_name
     WHERE user_role.user_id = ${userId} ORDER BY role.name`;
  return [customer, ...rows.map(roleOfRow)];
};
