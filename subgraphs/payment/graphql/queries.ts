import { parseId } from '#contracts/ids.ts';
import type { QueryResolvers } from './types.generated.ts';

export const queries = {
  payment: (_, args, { loaders }) => {
    const id = parseId('Payment', args.id);
    return id ? loaders.payments.load(id) : null;
  },
} satisfies QueryResolvers;
