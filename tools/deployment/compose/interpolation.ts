/** `${NAME:-default}` in the texts of docker-compose.yml, as Compose reads it. */

export interface Interpolation {
  readonly name: string;
  /** What stands in its place when neither .env nor the shell has it; undefined when nothing does. */
  readonly fallback: string | undefined;
}

export interface Interpolated {
  /** The text when neither .env nor the shell has any of its variables. */
  readonly text: string;
  readonly variables: readonly Interpolation[];
}

/** Throws for what Compose would not take. A default may have variables in it, too. */
export const interpolated = (text: string): Interpolated => {
  const variables: Interpolation[] = [];
  let result = '';
  let rest = text;
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    result += rest.slice(0, at);
    const { value, length } = placeholder(rest.slice(at), variables);
    result += value;
    rest = rest.slice(at + length);
  }
  return { text: result + rest, variables };
};

/** What the text begins with: `$$`, which is a dollar sign, `$NAME` or `${NAME…}`. */
const placeholder = (text: string, variables: Interpolation[]): { value: string; length: number } => {
  if (text.startsWith('$$')) return { value: '$', length: 2 };
  const plain = /^\$(\w+)/.exec(text)?.[1];
  if (plain) {
    variables.push({ name: plain, fallback: undefined });
    return { value: '', length: plain.length + 1 };
  }
  const end = closing(text);
  const [, name, operator = '', operand = ''] = /^\$\{(\w+)(:?[-?+])?(.*)\}$/s.exec(text.slice(0, end)) ?? [];
  if (!name || (operand && !operator)) throw new Error(`Compose cannot read ${text.slice(0, 40)}`);
  const inner = interpolated(operand);
  const fallback = operator.endsWith('-') ? inner.text : undefined;
  variables.push({ name, fallback }, ...inner.variables);
  return { value: fallback ?? '', length: end };
};

/** Behind the bracket that closes the first one. */
const closing = (text: string): number => {
  let depth = 0;
  for (const { 0: sign, index } of text.matchAll(/\$\{|\}/g)) {
    depth += sign === '}' ? -1 : 1;
    if (depth === 0) return index + 1;
  }
  return text.length;
};
