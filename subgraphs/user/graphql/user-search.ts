import { connectionById } from '#platform/graphql/connection.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import { longestSearch, parseUserSearch } from '../domain/account/user-search.ts';
import type { QueryResolvers, UserConnectionResolvers } from './types.generated.ts';

export const userSearchQueries = {
  users: async (_, { search, role, ...page }, { app }) => {
    const text = search ?? '';
    assertInput(text.length <= longestSearch, `"search" has at most ${longestSearch} characters.`);
    assertInput(text.isWellFormed() && !text.includes('\0'), '"search" has a character that no text has.');
    assertInput(role == null || /^\w{1,40}$/.test(role), '"role" is not the name of a role.');
    const filter = { search: parseUserSearch(text), role: role ?? undefined };
    const found = await connectionById('User', page, (slice) => app.reads.searchUsers(filter, slice));
    return { ...found, filter };
  },
} satisfies QueryResolvers;

export const userConnection = {
  totalCount: ({ filter }, _, { app }) => app.reads.countUsers(filter),
} satisfies UserConnectionResolvers;
