import type { UserId } from '#contracts/ids.ts';
import type { PrismaClient } from '#prisma/user/client/client.ts';
import { customer, type Role, roleOfRow } from '../../domain/access/role.ts';
import type { AccessReads } from '../../usecases/access/ports.ts';

export const accessReads = (prisma: PrismaClient): AccessReads => ({
  rolesOf: async (userIds) => {
    const rows = await prisma.$queryRaw<{ userId: UserId; name: string; permissions: string[] }[]>`
      SELECT user_role.user_id AS "userId", role.name, role.permissions
        FROM user_role JOIN role ON role.name = user_role.role_name
       WHERE user_role.user_id = ANY (${[...userIds]}) ORDER BY role.name`;
    const roles = new Map(userIds.map((id): [UserId, Role[]] => [id, [customer]]));
    for (const row of rows) roles.get(row.userId)?.push(roleOfRow(row));
    return roles;
  },
});
