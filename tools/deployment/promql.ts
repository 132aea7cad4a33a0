/**
 * Which series a PromQL expression reads. Not a parser: promtool says whether an expression is valid; this finds the
 * names in a valid one, to compare them with what processes report.
 */

/** One selector of an expression. */
export interface Series {
  readonly metric: string;
  /** The labels that it is chosen by. */
  readonly labels: readonly string[];
}

export interface Names {
  readonly series: readonly Series[];
  /** The labels in by, without, on, ignoring and group_left, without those that label_replace or label_join make. */
  readonly grouped: readonly string[];
}

type Token = { readonly kind: 'name' | 'string' | 'sign'; readonly text: string };

// In this order: a comment may hold anything, a range in brackets only durations, `5m` is no name.
const patterns: readonly [Token['kind'] | 'skipped', RegExp][] = [
  ['skipped', /\s+|#[^\n]*|\[[^\]]*\]/y],
  ['string', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y],
  ['skipped', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\w*|\$\w+|\$\{\w+\}/y],
  ['name', /[a-zA-Z_:][\w:]*/y],
  ['sign', /=~|!~|!=|==|<=|>=|[-+*/%^<>=(){},@]/y],
];

const grouping = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const keywords = new Set(['and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan']);

/** Throws for what it cannot read, and for a selector without a metric's name: nobody could tell what that finds. */
export const namesIn = (expression: string): Names => {
  const tokens = tokensOf(expression);
  const series: Series[] = [];
  const grouped: string[] = [];
  const made = new Set<string>();
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text = '' } = tokens[at] ?? {};
    const next = tokens[at + 1]?.text;
    if (text === '{') throw new Error(`a selector without a metric's name in: ${expression}`);
    if (kind !== 'name' || keywords.has(text.toLowerCase())) continue;
    if (grouping.has(text)) {
      if (next !== '(') continue;
      const list = until(tokens, at + 1, ')');
      grouped.push(...list.filter(isName).map((token) => token.text));
      at += list.length + 1;
    } else if (next === '{') {
      const matchers = until(tokens, at + 1, '}');
      series.push({ metric: text, labels: matchers.filter(isName).map((token) => token.text) });
      at += matchers.length + 1;
    } else if (next === '(' || grouping.has(next ?? '')) {
      if (text === 'label_replace' || text === 'label_join') made.add(labelMadeBy(tokens, at));
    } else series.push({ metric: text, labels: [] });
  }
  return { series, grouped: [...new Set(grouped)].filter((label) => !made.has(label)) };
};

const isName = ({ kind }: Token): boolean => kind === 'name';

const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (!token) throw new Error(`unreadable from "${text.slice(at, at + 20)}" in: ${text}`);
    const { kind, length } = token;
    if (kind !== 'skipped') tokens.push({ kind, text: text.slice(at, at + length) });
    at += length;
  }
  return tokens;
};

const tokenAt = (text: string, at: number) => {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const length = pattern.exec(text)?.[0].length;
    if (length) return { kind, length };
  }
  return undefined;
};

/** What stands between the bracket at `open` and the one that closes it; matchers and label lists hold no brackets. */
const until = (tokens: readonly Token[], open: number, closing: string): readonly Token[] => {
  const end = tokens.findIndex(({ text }, index) => index > open && text === closing);
  return tokens.slice(open + 1, end < 0 ? undefined : end);
};

/** The second argument of label_replace and label_join: the first string after the first argument, which may hold some too. */
const labelMadeBy = (tokens: readonly Token[], at: number): string => {
  let depth = 0;
  for (const { kind, text } of tokens.slice(at + 1)) {
    if (text === '(' || text === '{') depth++;
    if (text === ')' || text === '}') depth--;
    if (depth === 1 && kind === 'string') return text.slice(1, -1);
  }
  return '';
};
