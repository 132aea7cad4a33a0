/** What a degraded answer lacks, compared with the whole one. */

/**
 * The paths of what is there in `whole` and null in `degraded`: the topmost of each, without the places in lists, each
 * once. An answer that is null as a whole has the path ''.
 */
export const missingPaths = (whole: unknown, degraded: unknown): readonly string[] => [
  ...new Set(missing(whole, degraded, '')),
];

const missing = (whole: unknown, degraded: unknown, path: string): string[] => {
  if (whole === null || whole === undefined) return [];
  if (degraded === null || degraded === undefined) return [path];
  if (Array.isArray(whole) && Array.isArray(degraded)) {
    return whole.flatMap((item, index) => (index < degraded.length ? missing(item, degraded[index], path) : []));
  }
  if (typeof whole !== 'object' || typeof degraded !== 'object') return [];
  return Object.entries(whole).flatMap(([name, value]) =>
    missing(value, (degraded as Record<string, unknown>)[name], path ? `${path}.${name}` : name),
  );
};

/** The paths that errors name, in the same form; one without a path has none. */
export const reportedPaths = (
  errors: readonly { readonly path?: readonly (string | number)[] }[] = [],
): readonly string[] => [
  ...new Set(errors.flatMap(({ path }) => path?.filter((step) => typeof step === 'string').join('.') ?? [])),
];

/** The paths that lie in `data` at all, in the same form: what a comparison of it can say something about. */
export const presentPaths = (data: unknown, path = ''): readonly string[] => {
  if (data === null || data === undefined) return [];
  if (Array.isArray(data)) return [...new Set(data.flatMap((item) => presentPaths(item, path)))];
  if (typeof data !== 'object') return [path];
  return [
    path,
    ...Object.entries(data).flatMap(([name, value]) => presentPaths(value, path ? `${path}.${name}` : name)),
  ];
};
