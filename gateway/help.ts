/**
 * `node gateway/main.ts --help`: every variable with its type, default and reason. The reasons are the comments above
 * the variables, so that one text serves readers of the code and operators. (There is no build: the sources are always
 * there.)
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { gatewayVariables } from './config.ts';

const root = path.join(import.meta.dirname, '..');

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

export const help = (): string => {
  const reasons = reasonsIn(sources());
  const { properties = {} } = z.toJSONSchema(gatewayVariables, { io: 'input', unrepresentable: 'any' });
  const names = Object.entries(properties as Record<string, Property>);
  const entries = names.flatMap(([name, property], index) => {
    const reason = reasons.get(name);
    // Variables that share a comment are listed together above it.
    const isLast = reason !== reasons.get(names[index + 1]?.[0] ?? '');
    return [`  ${name}  ${kindOf(property)}`, ...((isLast && reason) || []).map((line) => `      ${line}`)];
  });
  return `${introduction}\n\n${entries.join('\n')}\n`;
};

const introduction = `usage: node gateway/main.ts

The gateway takes its configuration from its environment. For every variable X, X_FILE may name a file that holds the
value. <NAME>_SUBGRAPH_URL=url,url says where the subgraph of that name is, instead of the supergraph; each SUBGRAPH_…
below may be said for one subgraph as <NAME>_SUBGRAPH_….`;

const kindOf = ({ type, enum: choices, default: fallback }: Property): string => {
  const kind = choices ? choices.join('|') : type;
  return fallback === undefined || fallback === '' ? `(${kind})` : `(${kind}) = ${fallback}`;
};

const sources = (): string[] =>
  globSync(['gateway/**/*.ts', 'platform/**/*.ts'], { cwd: root, exclude: (name) => name.includes('.test.') })
    .toSorted()
    .map((file) => readFileSync(path.join(root, file), 'utf8'));

/** The comment above each variable; consecutive variables without an empty line share one. */
export const reasonsIn = (texts: readonly string[]): Map<string, string[]> => {
  const reasons = new Map<string, string[]>();
  for (const text of texts) {
    let above: string[] = [];
    let isComplete = false;
    for (const line of text.split('\n')) {
      const comment = /^ +(?:\/\/|\/\*\*|\*) (.+?)(?: \*\/)?$/.exec(line)?.[1];
      const name = /^ +([A-Z][A-Z0-9_]+):/.exec(line)?.[1];
      if (comment !== undefined) {
        above = isComplete ? [comment] : [...above, comment];
        isComplete = false;
      } else if (name) {
        isComplete = true;
        if (above.length > 0 && !reasons.has(name)) reasons.set(name, above);
      } else if (line.trim() === '') {
        above = [];
      }
    }
  }
  return reasons;
};
