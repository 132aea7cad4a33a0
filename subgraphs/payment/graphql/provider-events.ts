/** What staff see of webhooks and do with them. */
import { connectionById } from '#platform/graphql/connection.ts';
import { requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type {
  MutationResolvers,
  ProviderEventResolvers,
  QueryResolvers,
  ReplayProviderEventSuccessResolvers,
} from './types.generated.ts';

export const providerEventQueries = {
  providerEvents: (_, { state, ...page }, { app }) =>
    connectionById('ProviderEvent', page, (slice) => app.reads.providerEvents({ state: state ?? undefined, ...slice })),
} satisfies QueryResolvers;

export const providerEventMutations = {
  replayProviderEvent: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const providerEventId = requireId('ProviderEvent', input.providerEventId);
    const result = await app.commands.replayProviderEvent({ by, idempotencyKey, providerEventId });
    return payload(result, () => ({ __typename: 'ReplayProviderEventSuccess', providerEventId }));
  },
} satisfies MutationResolvers;

export const providerEventTypes = {
  ProviderEvent: { processedAt: ({ doneAt }) => doneAt } satisfies ProviderEventResolvers,
  ReplayProviderEventSuccess: {
    providerEvent: async ({ providerEventId }, _, { app }) =>
      (await app.reads.providerEventsById([providerEventId]))[0] ?? null,
  } satisfies ReplayProviderEventSuccessResolvers,
};
