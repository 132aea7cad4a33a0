/** The one reading of a request target's query: whoever decides about a request and whoever runs it must see the same. */

/**
 * With its question mark; empty where there is none. As the router splits it, and unlike `new URL`, which would drop what
 * is behind a "#"; platform/http/server.ts has refused those.
 */
export const searchOf = (target: string): string => (target.includes('?') ? target.slice(target.indexOf('?')) : '');
