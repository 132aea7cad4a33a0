/** The types and nulls of each response, as they were when last accepted. */
import { type Check, type Finding, violation } from '../check.ts';
import { type Run, runsOf } from '../runs.ts';
import { nameOf, type Workspace } from '../workspace.ts';

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
  return before === after ? [] : [`${path}: ${formatted(before)} → ${formatted(after)}`];
};

const formatted = (shape: Shape | undefined): string =>
  shape === undefined ? 'nothing' : typeof shape === 'string' ? shape : 'an object';

const baselineFile = 'response-shapes.json';

export const responseShapes: Check = {
  name: 'response-shapes',
  title: 'Every published operation runs on the seed, without an error, and answers in the accepted shape.',
  needs: 'system',
  run: async (workspace) => compared(await runsOf(workspace), agreedShapes(workspace)),
  accept: async (workspace) => {
    const before = agreedShapes(workspace);
    const after = shapesOf(await runsOf(workspace));
    workspace.baseline.writeJson(baselineFile, after);
    return Object.entries(after).flatMap(([name, shape]) =>
      before[name] === undefined
        ? [`${name} is new`]
        : differences(before[name], shape).map((what) => `${name}: ${what}`),
    );
  },
};

const acceptHint = 'If clients are ready for it: npm run contracts:accept -- response-shapes';

const agreedShapes = ({ baseline }: Workspace) => baseline.json<Record<string, Shape>>(baselineFile);

const shapesOf = (runs: readonly Run[]): Record<string, Shape> =>
  Object.fromEntries(runs.map(({ operation, reply }) => [nameOf(operation), shapeOf(reply.body.data)]));

export const compared = (runs: readonly Run[], agreed: Readonly<Record<string, Shape>>): Finding[] =>
  runs.flatMap(({ operation, reply }) => {
    const name = nameOf(operation);
    const errors = (reply.body.errors ?? []).map(({ message }) =>
      violation(name, `does not run on the seed (${reply.status}): ${message}`, 'Send it to a running shop and look.'),
    );
    if (agreed[name] === undefined) return [...errors, violation(name, 'has no agreed shape.', acceptHint)];
    const changed = differences(agreed[name], shapeOf(reply.body.data));
    return [...errors, ...changed.map((what) => violation(name, `answers in another shape: ${what}.`, acceptHint))];
  });
