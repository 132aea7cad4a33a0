/** A response may be cached for as long, and as widely, as the most careful subgraph that it is made of allows. */

/** Of Apollo Server: the policy of the whole response, which can only become stricter. */
export interface CachePolicy {
  restrict(hint: CacheHint): void;
}

export interface CacheHint {
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

/**
 * What a `cache-control` header allows. Nothing when it is absent; to one viewer only unless it says `public`, since
 * what a subgraph answers may always depend on who asks.
 */
export const hintOf = (cacheControl: string | undefined): CacheHint => {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  const maxAge = directives.map((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1]).find((seconds) => seconds);
  const mayNot = directives.includes('no-store') || directives.includes('no-cache');
  const isPublic = directives.includes('public') && !directives.includes('private');
  return { maxAge: mayNot ? 0 : Number(maxAge ?? 0), scope: isPublic ? 'PUBLIC' : 'PRIVATE' };
};

/** A subgraph that says nothing, or failed, allows no caching. */
export const restrictPolicy = (policy: CachePolicy, cacheControl: string | undefined): void =>
  policy.restrict(hintOf(cacheControl));

/** For how long everybody may share what came under this hint; 0 for not at all. */
export const sharedSeconds = ({ maxAge, scope }: CacheHint): number => (scope === 'PUBLIC' ? maxAge : 0);
