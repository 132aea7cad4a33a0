import { expect, test } from 'vitest';
import { faultsOf, shadowedSortKeys, sortingTexts } from './sort-keys.ts';

test.each([
  ['a cast', 'SELECT position::text, id FROM outbox_message ORDER BY position DESC LIMIT 1', ['position']],
  ['an alias', 'SELECT lower(title) AS title FROM product ORDER BY title', ['title']],
  ['in a subquery', 'SELECT * FROM (SELECT n::text FROM a ORDER BY n LIMIT 5) b', ['n']],
  ['in one of two', 'SELECT 1 UNION ALL (SELECT n::text FROM a ORDER BY n)', ['n']],
  ['the table is named', 'SELECT o.position::text FROM outbox_message o ORDER BY o.position', []],
  ['the column as it is', 'SELECT position, id FROM outbox_message ORDER BY position', []],
  ['a new name', 'SELECT position::text AS written FROM outbox_message ORDER BY position', []],
  ['a sum under its own name', 'SELECT sum(quantity) AS units FROM a GROUP BY variant ORDER BY units', []],
])('finds what sorts by something else than the table has: %s', async (_, sql, found) => {
  expect(await shadowedSortKeys(sql)).toEqual(found);
});

test.each([
  ['a value', `const a = \`SELECT n::text FROM b ORDER BY n LIMIT \${c}\``],
  ['a name', `const a = \`SELECT n::text FROM \${b} ORDER BY n\``],
  ['a list', `const a = \`SELECT n::text FROM b WHERE c IN \${d} ORDER BY n\``],
  ['what it begins with', `const a = sql\`\${b} WHERE c = (SELECT n::text FROM d ORDER BY n LIMIT 1)\``],
  ['what goes before it', `const a = sql\`\${b} SELECT n::text FROM d ORDER BY n\``],
  ['nothing: it is a list of columns', "const a = 'o.id, (SELECT n::text FROM d ORDER BY n LIMIT 1) AS o'"],
])('reads the SQL in a program, whatever is interpolated: %s', async (_, program) => {
  expect(await Promise.all(sortingTexts(program).map(faultsOf))).toEqual([['n']]);
});
