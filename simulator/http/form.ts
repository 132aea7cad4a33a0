/** Form encoding as Stripe reads it: `a[b]=1` is an object, `a[]=1` and `a[0]=1` are lists. */

export type FormValue = string | FormObject;
export interface FormObject {
  readonly [name: string]: FormValue | undefined;
}

// 5: deeper than any parameter of the calls that are served.
const deepest = 5;

/** Lists are objects with the keys 0, 1 and so on. Undefined when it cannot be read. */
export const parseForm = (text: string): FormObject | undefined => {
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    if (!path || !put(root, path, value)) return undefined;
  }
  return objectOf(root);
};

type Branch = Map<string, string | Branch>;

const pathOf = (name: string): string[] | undefined => {
  const [, first, rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? [];
  if (first === undefined) return undefined;
  const path = [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, inner = '']) => inner)];
  return path.length <= deepest ? path : undefined;
};

const put = (branch: Branch, [name = '', ...rest]: readonly string[], value: string): boolean => {
  const key = name === '' ? String(branch.size) : name;
  if (rest.length === 0) {
    if (branch.has(key)) return false;
    branch.set(key, value);
    return true;
  }
  const next = branch.get(key) ?? new Map();
  if (typeof next === 'string') return false;
  branch.set(key, next);
  return put(next, rest, value);
};

const objectOf = (branch: Branch): FormObject =>
  // No prototype: a parameter may be called anything.
  Object.assign(
    Object.create(null) as FormObject,
    Object.fromEntries([...branch].map(([key, value]) => [key, typeof value === 'string' ? value : objectOf(value)])),
  );
