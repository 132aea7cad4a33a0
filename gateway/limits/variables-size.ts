/** How large the variables of a request are, without writing them out again. */

export interface VariablesSize {
  /** About as many as their JSON has in UTF-8. */
  readonly bytes: number;
  /** 1 for variables that are plain values. */
  readonly depth: number;
}

/** Stops counting where it is more than `enough` of either. */
export const variablesSize = (variables: object, enough: VariablesSize): VariablesSize => {
  let bytes = 0;
  let depth = 0;
  // Not recursive: a megabyte of "[[[[" is deeper than the stack, here and wherever else variables are read.
  const left: [value: unknown, depth: number][] = [[variables, 0]];
  for (let next = left.pop(); next && bytes <= enough.bytes && depth <= enough.depth; next = left.pop()) {
    const [value, level] = next;
    depth = Math.max(depth, level);
    if (typeof value === 'string') bytes += Buffer.byteLength(value) + 2;
    else if (typeof value === 'object' && value !== null) {
      bytes += 2;
      for (const [key, inner] of Object.entries(value)) {
        bytes += Array.isArray(value) ? 1 : Buffer.byteLength(key) + 4;
        left.push([inner, level + 1]);
      }
    } else bytes += String(value).length;
  }
  return { bytes, depth };
};
