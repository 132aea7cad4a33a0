/** How large the variables or extensions of a request are, without writing them out again. */

export interface VariablesSize {
  /** About as many as their JSON has in UTF-8. */
  readonly bytes: number;
  /** 1 for variables that are plain values. */
  readonly depth: number;
  /** Of any kind, lists and objects among them: what whoever reads them has to look at. */
  readonly values: number;
}

/** Stops counting where it is more than `enough` of any. A list is not looked into when it alone is too long. */
export const variablesSize = (variables: object, enough: VariablesSize): VariablesSize => {
  let bytes = 2;
  let depth = 0;
  let values = 0;
  // Not recursive: a megabyte of "[[[[" is deeper than the stack, here and wherever else variables are read.
  const left: [parent: object, depth: number][] = [[variables, 0]];
  for (let next = left.pop(); next && bytes <= enough.bytes && depth <= enough.depth; next = left.pop()) {
    const [parent, level] = next;
    const isList = Array.isArray(parent);
    const keys = isList ? [] : Object.keys(parent);
    const length = isList ? parent.length : keys.length;
    values += length;
    if (values > enough.values) break;
    if (length > 0) depth = Math.max(depth, level + 1);
    for (const key of keys) bytes += Buffer.byteLength(key) + 3;
    bytes += length;
    for (const value of isList ? parent : Object.values(parent)) {
      if (typeof value === 'string') bytes += Buffer.byteLength(value) + 2;
      else if (typeof value === 'object' && value !== null) {
        bytes += 2;
        left.push([value, level + 1]);
      } else bytes += String(value).length;
    }
  }
  return { bytes, depth, values };
};
