/**
 * `@cacheControl` in an SDL says how long an answer may be kept for everybody; without it, not at all. Apollo Server works
 * out the whole answer's from it and sends `cache-control`, which the gateway's caches go by. Here is what only we know:
 * what in an answer depends on who asks.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLResolveInfo } from 'graphql';
import { hasRole, type Viewer } from '#contracts/viewer.ts';

interface CacheHinted {
  readonly cacheControl?: { readonly cacheHint: { restrict(hint: { scope: 'PRIVATE' }): void } };
}

/** The field at hand is not for everybody, and so is no answer that has it. */
export const markPrivate = (info: GraphQLResolveInfo): void =>
  (info as CacheHinted).cacheControl?.cacheHint.restrict({ scope: 'PRIVATE' });

/** Staff may be shown more in fields that are public (drafts, say): an answer to them is for nobody else. */
export const staffAnswersArePrivate: ApolloServerPlugin<{ viewer: Viewer }> = {
  requestDidStart: async ({ contextValue, overallCachePolicy }) => {
    if (hasRole(contextValue.viewer, 'STAFF')) overallCachePolicy.restrict({ scope: 'PRIVATE', maxAge: 0 });
  },
};
