import { parseId } from '#contracts/ids.ts';
import type { QueryResolvers } from './types.generated.ts';

export const queries = {
  me: (_, __, { viewer, loaders }) => (viewer.kind === 'user' ? loaders.users.load(viewer.id) : null),

  user: (_, args, { loaders }) => {
    const id = parseId('User', args.id);
    return id ? loaders.users.load(id) : null;
  },
} satisfies QueryResolvers;
