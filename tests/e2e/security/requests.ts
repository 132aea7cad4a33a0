/** Raw requests, and the shape of the tables of them. */

export const times = (count: number, text: (i: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, i) => text(i)).join(separator);
export const nested = (levels: number, open: string, middle: string, close: string) =>
  open.repeat(levels) + middle + close.repeat(levels);

export interface Sent {
  readonly method?: string;
  readonly search?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}
export const json = { 'content-type': 'application/json' };
export const raw = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json): Sent => ({
  body,
  headers,
});
export const gql = (query: string, more: object = {}): Sent => raw(JSON.stringify({ query, ...more }));
export const get = (query: string, headers: Record<string, string> = {}): Sent => ({
  method: 'GET',
  search: `?query=${encodeURIComponent(query)}`,
  headers,
});

/** What every shop is asked. */
export const product = '{ product(slug: "trail-lamp-200") { title } }';

export type Row = [what: string, sent: Sent, status: number, code?: string | null];
