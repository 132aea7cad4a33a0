/** `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers-11 has them. */
import type { Standing } from './limiter.ts';

export const rateLimitHeaders = (standings: readonly Standing[]): Record<string, string> => ({
  'ratelimit-policy': standings
    .map(({ bucket, limit }) => `"${bucket}";q=${limit.points};w=${limit.windowSeconds}`)
    .join(', '),
  ratelimit: standings
    .map(({ bucket, remaining, resetSeconds }) => `"${bucket}";r=${remaining};t=${resetSeconds}`)
    .join(', '),
});
