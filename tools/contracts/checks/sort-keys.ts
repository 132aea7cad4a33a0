/**
 * `ORDER BY x` means the output column x before the table's: `SELECT position::text … ORDER BY position` sorts as text, and
 * a client that continues from the last position of such a page skips rows. Read with PostgreSQL's own parser.
 */

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Node, parse, type SelectStmt } from 'libpg-query';
import ts from 'typescript';
import { type Check, violation } from '../check.ts';
import { root } from '../workspace.ts';

/** The names by which one of the SELECTs in `sql` sorts, and which its list of columns has made something else of. */
export const shadowedSortKeys = async (sql: string): Promise<readonly string[]> =>
  selectsIn(await parse(sql)).flatMap(({ sortClause = [], targetList = [] }) => {
    const computed = new Set(targetList.flatMap(computedColumn));
    return sortClause.flatMap(bareName).filter((name) => computed.has(name));
  });

/** Every SELECT in a tree, however deep. */
const selectsIn = (tree: unknown): SelectStmt[] => {
  if (Array.isArray(tree)) return tree.flatMap(selectsIn);
  if (tree === null || typeof tree !== 'object') return [];
  const inside = Object.values(tree).flatMap(selectsIn);
  return 'targetList' in tree || 'sortClause' in tree ? [tree as SelectStmt, ...inside] : inside;
};

const pathOf = (node: Node | undefined): string[] =>
  node && 'ColumnRef' in node
    ? (node.ColumnRef.fields ?? []).flatMap((field) => ('String' in field ? [field.String.sval ?? ''] : []))
    : [];

const bareName = (node: Node): string[] => {
  const path = 'SortBy' in node ? pathOf(node.SortBy.node) : [];
  return path.length === 1 ? path : [];
};

/** The name of an output column that is an expression over a column of that very name. */
const computedColumn = (node: Node): string[] => {
  if (!('ResTarget' in node)) return [];
  const { name, val } = node.ResTarget;
  const used = columnsIn(val);
  const isPlain = pathOf(val).length > 0;
  const output = name ?? (val && 'TypeCast' in val ? pathOf(val.TypeCast.arg).at(-1) : undefined);
  return output && !isPlain && used.includes(output) ? [output] : [];
};

const columnsIn = (tree: unknown): string[] => {
  if (Array.isArray(tree)) return tree.flatMap(columnsIn);
  if (tree === null || typeof tree !== 'object') return [];
  const here = 'ColumnRef' in tree ? pathOf(tree as Node).slice(-1) : [];
  return [...here, ...Object.values(tree).flatMap(columnsIn)];
};

const gap = '\0';

/** The texts of a program that sort: its string and template literals with ORDER BY, with a gap for what is interpolated. */
export const sortingTexts = (program: string): readonly string[] => {
  if (!/\border\s+by\b/i.test(program)) return [];
  const file = ts.createSourceFile('program.ts', program, ts.ScriptTarget.Latest);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node))
      texts.push([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(gap));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts.filter((text) => /\border\s+by\b/i.test(text)).map((text) => text.trim());
};

/** What a text with gaps may stand for: a value, a name or a list of values in each, a fragment or nothing in the first, a list of columns, what a WITH names. */
const readings = (text: string): string[] => {
  const begun = [
    text,
    text.replace(gap, 'SELECT FROM a '),
    text.replace(gap, ''),
    `SELECT ${text}`,
    `WITH ${text} SELECT`,
  ];
  return begun.flatMap((reading) => ['$1', 'gap', '($1)'].map((filling) => reading.replaceAll(gap, filling)));
};

/** The names by which a text of a program sorts, and which mean something else there. Throws where it is no SQL in any reading. */
export const faultsOf = async (text: string): Promise<readonly string[]> => {
  for (const reading of readings(text)) {
    const keys = await shadowedSortKeys(reading).catch(() => undefined);
    if (keys) return keys;
  }
  throw new Error(`cannot be read as SQL: ${text.replaceAll(gap, '…')}`);
};

const places = '{contracts,gateway,platform,ops,launcher,tools,bench,subgraphs,tests}/**/*.ts';

export const sortKeys: Check = {
  name: 'sort-keys',
  title: 'No SQL sorts by a column that its own select list hides.',
  needs: 'files',
  run: async () => {
    const files = globSync(places, { cwd: root, exclude: ['**/node_modules/**', '**/sort-keys.test.ts'] });
    const texts = files.flatMap((file) =>
      sortingTexts(readFileSync(path.join(root, file), 'utf8')).map((text) => ({ file, text })),
    );
    // There were 35 when this was written: a search that finds nothing must not look like a clean one.
    if (texts.length < 20) return [violation('SQL', `is sorted in ${texts.length} places only.`, 'Did a folder move?')];
    const found = texts.map(async ({ file, text }) => {
      const keys = await faultsOf(text).catch((error: Error) => error.message);
      if (typeof keys === 'string') return [violation(file, keys, 'Let sort-keys.ts read it.')];
      return keys.map((key) => violation(file, `sorts by ${key}, which is computed.`, 'Name the table, or rename it.'));
    });
    return (await Promise.all(found)).flat();
  },
};
