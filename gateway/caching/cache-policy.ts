/** A response may be cached for as long, and as widely, as the most careful subgraph that it is made of allows. */

/** Of Apollo Server: the policy of the whole response, which can only become stricter. */
export interface CachePolicy {
  restrict(hint: { maxAge?: number; scope?: 'PUBLIC' | 'PRIVATE' }): void;
}

/** A subgraph that says nothing, or failed, allows no caching. */
export const restrictPolicy = (policy: CachePolicy, cacheControl: string | undefined): void => {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  const maxAge = directives.map((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1]).find((seconds) => seconds);
  const mayNot = directives.includes('no-store') || directives.includes('no-cache');
  policy.restrict({
    maxAge: mayNot ? 0 : Number(maxAge ?? 0),
    ...(directives.includes('private') && { scope: 'PRIVATE' }),
  });
};
