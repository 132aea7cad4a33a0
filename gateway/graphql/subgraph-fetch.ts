/** A fetch as every executor makes it. */
import { type CachePolicy, restrictPolicy } from '../caching/cache-policy.ts';
import { entitiesIn, type ReadThrough } from '../caching/entity-cache.ts';
import { joining } from '../execution/joined-fetches.ts';
import { headersOf, type RequestContext } from '../identity/request-context.ts';
import { recordFetch } from '../observability/operation-metrics.ts';
import { entityCount, type SubgraphAnswer, type SubgraphRequest, subgraphError } from '../upstream/subgraph-call.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';

/** The client request that a fetch is for. */
export interface FetchingFor {
  readonly context: RequestContext;
  readonly overallCachePolicy?: unknown;
}

export type Fetch = (request: SubgraphRequest) => Promise<SubgraphAnswer>;

/** Of one operation, whose fetches are joined where they come together. */
export type SubgraphFetch = (client: FetchingFor) => Fetch;

/** Through the caches, measured, with the headers that the subgraph gets. */
export const subgraphFetch =
  (
    name: string,
    subgraph: Pick<SubgraphClient, 'call'>,
    fetchThrough: ReadThrough = ({ request }, ask) => ask(request),
  ): SubgraphFetch =>
  ({ context, overallCachePolicy }) => {
    const ask = joining((asked, generations) =>
      recordFetch(context, name, () =>
        subgraph.call(
          asked,
          headersOf(context, name, asked),
          { key: context.limitKey, gone: context.client?.gone },
          generations,
        ),
      ),
    );
    return async (request) => {
      const { cacheControl, headers, ...answer } = await fetchThrough(
        { subgraph: name, request, context },
        async (asked, generations) => usable(name, asked, await ask(asked, generations)),
      );
      if (headers) context.client?.returnHeaders(headers);
      restrictPolicy(overallCachePolicy as CachePolicy, cacheControl);
      return answer;
    };
  };

/** An answer to an entity fetch must have as many entities as were requested. */
const usable = (name: string, request: SubgraphRequest, answer: SubgraphAnswer): SubgraphAnswer => {
  const count = entityCount(request);
  if (!answer.data || count === undefined || entitiesIn(answer, count).length === count) return answer;
  return { ...answer, data: null, errors: [subgraphError(name, 'SUBGRAPH_BAD_RESPONSE'), ...(answer.errors ?? [])] };
};
