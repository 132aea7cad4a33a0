/** The objects of the fetched data that a fetch of the plan adds to. */
import type { Path } from './write.ts';

export type Data = Record<string, unknown>;

/** A response path of the plan, which stands for all its positions: `@` is every element of a list. */
export type PlanPath = readonly string[];

/** A step of a path, and where the objects before it may be shared. */
interface Step {
  readonly key: string;
  readonly place: number | undefined;
}

export type Place = readonly Step[];

/** Objects, each with where it stands. An object that several positions share is there once. */
export interface Targets {
  readonly objects: Data[];
  readonly parents: (Data | unknown[])[];
  readonly keys: (string | number)[];
}

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const targetsAt = (root: Data, steps: Place, shared: readonly boolean[]): Targets => {
  let parents: (Data | unknown[])[] = [];
  let keys: (string | number)[] = [];
  let values: unknown[] = [root];
  for (const { key, place } of steps) {
    const from = place !== undefined && shared[place] ? new Set(values) : values;
    parents = [];
    keys = [];
    values = [];
    for (const value of from) {
      if (key === '@') {
        if (!Array.isArray(value)) continue;
        for (let index = 0; index < value.length; index++) {
          parents.push(value);
          keys.push(index);
          values.push(value[index]);
        }
      } else if (isObject(value) && Object.hasOwn(value, key)) {
        parents.push(value);
        keys.push(key);
        values.push(value[key]);
      }
    }
  }
  return onlyObjects({ parents, keys, values });
};

const onlyObjects = ({ parents, keys, values }: Omit<Targets, 'objects'> & { values: unknown[] }): Targets => {
  if (values.every(isObject)) return { parents, keys, objects: values };
  const kept: Targets = { parents: [], keys: [], objects: [] };
  for (const [index, object] of values.entries()) {
    const parent = parents[index];
    const key = keys[index];
    if (!isObject(object) || parent === undefined || key === undefined) continue;
    kept.parents.push(parent);
    kept.keys.push(key);
    kept.objects.push(object);
  }
  return kept;
};

/** All positions of objects at a path, `atMost` of those wanted; for errors. */
export const positionsOf = (
  root: Data,
  steps: Place,
  isWanted: (object: Data) => boolean,
  atMost: number,
): { readonly path: Path; readonly object: Data }[] => {
  const found: { path: Path; object: Data }[] = [];
  const walk = (value: unknown, depth: number, path: Path): void => {
    if (found.length >= atMost) return;
    const step = steps[depth];
    if (!step) {
      if (isObject(value) && isWanted(value)) found.push({ path, object: value });
    } else if (step.key === '@') {
      if (Array.isArray(value)) for (const [index, each] of value.entries()) walk(each, depth + 1, [...path, index]);
    } else if (isObject(value) && Object.hasOwn(value, step.key)) {
      walk(value[step.key], depth + 1, [...path, step.key]);
    }
  };
  walk(root, 0, []);
  return found;
};
