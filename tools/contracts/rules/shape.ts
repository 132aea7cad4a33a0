/** The shape of a response: its fields, their types, and which of them were null. */
export type Shape = string | { readonly [field: string]: Shape };

/**
 * `"string"`, `"number|null"`, `{…}` for an object, `[…]` around what a list holds. Objects of a union are told apart by
 * their `__typename`, which is kept as it is. The items of a list count together.
 */
export const shapeOf = (value: unknown): Shape => {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? { '[]': 'empty' } : { '[]': value.map(shapeOf).reduce(either) };
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, name === '__typename' ? String(part) : shapeOf(part)]),
  );
};

const either = (a: Shape, b: Shape): Shape => {
  // An empty list says nothing about what the others hold.
  if (a === 'empty') return b;
  if (b === 'empty') return a;
  if (typeof a === 'string' && typeof b === 'string')
    return [...new Set([...a.split('|'), ...b.split('|')])].toSorted().join('|');
  if (typeof a === 'string') return { ...(b as object), '?': a };
  if (typeof b === 'string') return { ...a, '?': b };
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, merged(a[name], b[name])]));
};

const merged = (a: Shape | undefined, b: Shape | undefined): Shape => {
  if (a === undefined) return b ?? 'null';
  return b === undefined ? a : either(a, b);
};

/** Where two shapes differ, as `path: before → after`. */
export const differences = (before: Shape | undefined, after: Shape | undefined, path = ''): string[] => {
  if (typeof before === 'object' && typeof after === 'object')
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      differences(before[name], after[name], path ? `${path}.${name}` : name),
    );
  return before === after ? [] : [`${path}: ${told(before)} → ${told(after)}`];
};

const told = (shape: Shape | undefined): string =>
  shape === undefined ? 'nothing' : typeof shape === 'string' ? shape : 'an object';
