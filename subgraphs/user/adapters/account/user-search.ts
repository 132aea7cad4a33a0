import type { UserId } from '#contracts/ids.ts';
import type { PrismaClient } from '#prisma/user/client/client.ts';
import { customer } from '../../domain/access/role.ts';
import type { UserFilter, UserSearchReads } from '../../usecases/account/ports.ts';
import { toUser, userColumns } from './account-reads.ts';

// 10,000: counted in a few milliseconds. Nobody needs the exact number of more.
const mostCounted = 10_000;

export const userSearch = (prisma: PrismaClient): UserSearchReads => ({
  searchUsers: async (filter, { limit, after }) => {
    const query = statement(filter, after);
    const found = await prisma.$queryRawUnsafe<{ id: UserId }[]>(
      `SELECT u.id ${query.text} ORDER BY u.id DESC LIMIT ${limit + 1}`,
      ...query.values,
    );
    const ids = found.map(({ id }) => id);
    const rows = await prisma.user.findMany({
      where: { id: { in: ids } },
      select: userColumns,
      orderBy: { id: 'desc' },
    });
    return rows.map(toUser);
  },

  countUsers: async (filter) => {
    const { text, values } = statement(filter, undefined);
    const [row] = await prisma.$queryRawUnsafe<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM (SELECT 1 ${text} LIMIT ${mostCounted + 1}) AS counted`,
      ...values,
    );
    return row && row.count <= mostCounted ? row.count : null;
  },
});

/**
 * Those found are gathered by the indexes first, so that a rare name costs what a rare name has, wherever in the order its
 * bearers are. Ranges in place of LIKE: a pattern's `%` and `_` would have to be escaped, and a generic plan of a LIKE whose
 * pattern is a parameter has no use for an index.
 */
const statement = ({ search, role }: UserFilter, after: UserId | undefined) => {
  const values: string[] = [];
  const parameter = (value: string): string => `$${values.push(value)}`;
  const conditions = ['u.closed_at IS NULL'];
  if (after) conditions.push(`u.id < ${parameter(after)}`);
  if (role && role !== customer.name)
    conditions.push(`u.id IN (SELECT user_id FROM user_role WHERE role_name = ${parameter(role)})`);
  if (search) {
    const { emailPrefix, wordPrefixes } = search;
    // Addresses are ASCII, and DEL is the last of it.
    const [from, to] = [parameter(emailPrefix), parameter(`${emailPrefix}\u007f`)];
    const byName = `UNION SELECT id FROM user_account WHERE to_tsvector('simple', display_name) @@ to_tsquery('simple', `;
    conditions.push(`u.id IN (
      SELECT id FROM user_account WHERE lower(email) ~>=~ ${from} AND lower(email) ~<~ ${to}
      ${wordPrefixes.length > 0 ? `${byName}${parameter(wordPrefixes.map((word) => `'${word}':*`).join(' & '))})` : ''})`);
  }
  return { text: `FROM user_account AS u WHERE ${conditions.join(' AND ')}`, values };
};
