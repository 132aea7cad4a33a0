import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { asJson, columnOf, columns, type Filled, fieldsWithout, replaced, selected } from './raw-rows.ts';

interface Model {
  id: string;
  unitAmount: number;
  note: string | null;
  addedAt: Date;
}
const fields = fieldsWithout({ id: 'id', unitAmount: 'unitAmount', note: 'note', addedAt: 'addedAt' }, 'addedAt');
type Row = Filled<Model, (typeof fields)[number]>;

it('makes the same columns of each part of a statement', () => {
  expect(selected(fields, 'l')).toBe('l.id AS "id", l.unit_amount AS "unitAmount", l.note AS "note"');
  expect(columns(fields)).toBe('id, unit_amount, note');
  expect(replaced(fields)).toBe('id = excluded.id, unit_amount = excluded.unit_amount, note = excluded.note');
  const row: Row = { id: 'a', unitAmount: 1, note: null };
  expect(asJson(fields, [{ ...row, other: 1 } as Row])).toBe('[{"id":"a","unit_amount":1,"note":null}]');
});

it('does not compile where a row leaves a column out, though it may be null', () => {
  // @ts-expect-error Property 'note' is missing
  const careless: Row = { id: 'a', unitAmount: 1 };
  const all = fieldsWithout({ id: 'id', note: 'note' });
  // @ts-expect-error Property 'note' is missing
  const empty: Filled<Model, (typeof all)[number]> = { id: 'a' };
  expect(careless).not.toEqual(empty);
});

it.each(globSync('prisma/*/schema.prisma', { cwd: path.resolve(import.meta.dirname, '../..') }))(
  'each column of %s is called as its field, in snake_case',
  (schema) => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../..', schema), 'utf8');
    const fieldLines = [...text.matchAll(/^ {2}([a-z]\w*) +([A-Z]\w*)\??( .*)?$/gm)].filter(
      ([, , type]) => !new RegExp(`^model ${type} `, 'm').test(text),
    );
    const columnsOfFields = fieldLines.map(([, field = '', , rest = '']) => [
      field,
      /(?<!@)@map\("([^"]+)"\)/.exec(rest)?.[1] ?? field,
    ]);
    expect(columnsOfFields.length).toBeGreaterThan(10);
    expect(columnsOfFields.filter(([field = '', column]) => columnOf(field) !== column)).toEqual([]);
  },
);
