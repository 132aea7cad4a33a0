/** One range of bytes, as a `Range` header asks for it (RFC 9110, 14.1.2). */
export type ByteRange = { readonly first: number; readonly last?: number } | { readonly suffix: number };

/** Undefined for what is no single range: it is ignored, and the whole file is sent, as a server may. */
export const parseRange = (header: string | undefined): ByteRange | undefined => {
  // 15 digits are exact in a number, and more than any file has.
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { suffix: Number(last) };
  if (last === '') return { first: Number(first) };
  return Number(last) < Number(first) ? undefined : { first: Number(first), last: Number(last) };
};

/** The first and last byte that it means in a file of `total` bytes; undefined when there is none. */
export const resolveRange = (
  range: ByteRange,
  total: number,
): { readonly first: number; readonly last: number } | undefined => {
  const first = 'suffix' in range ? Math.max(0, total - range.suffix) : range.first;
  const last = 'suffix' in range ? total - 1 : Math.min(range.last ?? total - 1, total - 1);
  return first > last ? undefined : { first, last };
};
