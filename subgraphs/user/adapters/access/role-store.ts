import { type Clock, databaseTime } from '#platform/database/transaction.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import { customer, roleOfRow } from '../../domain/access/role.ts';
import type { RoleStore } from '../../usecases/access/ports.ts';

export const roleStore = (tx: Prisma.TransactionClient, clock: Clock, now: Date): RoleStore => ({
  held: async (userId) => {
    // Most have none, and lock nothing.
    const rows = await tx.$queryRaw<{ name: string; permissions: string[] }[]>`
      SELECT role.name, role.permissions FROM user_role JOIN role ON role.name = user_role.role_name
       WHERE user_role.user_id = ${userId} ORDER BY role.name FOR SHARE`;
    const asOf = rows.length > 0 ? clock(await databaseTime(tx)) : now;
    return { roles: [customer, ...rows.map(roleOfRow)], asOf };
  },

  grant: async (userId, roleName) => {
    const { count } = await tx.userRole.createMany({
      data: [{ userId, roleName, grantedAt: now }],
      skipDuplicates: true,
    });
    return count === 1;
  },
});
