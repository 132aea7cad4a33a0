import type { UserResolvers } from './types.generated.ts';

export const userAccess = {
  roles: ({ id }, _, { loaders }) => loaders.rolesOf.load(id),
} satisfies UserResolvers;
