import { expect, it } from 'vitest';
import { z } from 'zod';
import { lineFaults } from '../import/line-faults.ts';
import { plainly } from './plain-faults.ts';
import { Code } from './texts.ts';

const schema = z.strictObject({
  text: z.string().min(2).max(3).optional(),
  count: z.int().min(0).max(9).optional(),
  isOn: z.boolean().optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  kind: z.enum(['TEXT', 'NUMBER']).optional(),
  byCode: z.record(Code, z.string()).optional(),
  either: z.union([z.string(), z.number()]).optional(),
  needed: z.string(),
});

it.each([
  [{ needed: undefined }, 'needed: is missing'],
  [{ needed: 1 }, 'needed: is not text'],
  [{ text: 'a' }, 'text: is shorter than 2 characters'],
  [{ text: 'abcd' }, 'text: is longer than 3 characters'],
  [{ count: 'x' }, 'count: is not a number'],
  [{ count: 1.5 }, 'count: is not a whole number'],
  [{ count: -1 }, 'count: is less than 0'],
  [{ count: 10 }, 'count: is more than 9'],
  [{ isOn: 'yes' }, 'isOn: is not true or false'],
  [{ list: [] }, 'list: has fewer than 1 entries'],
  [{ list: ['a', 'b', 'c'] }, 'list: has more than 2 entries'],
  [{ kind: 'text' }, 'kind: is not one of TEXT, NUMBER'],
  [{ byCode: { 'A b': '' } }, 'byCode.A b: is a name that is not a code of lower-case letters, digits and hyphens'],
  [{ byCode: [] }, 'byCode: is not an object'],
  [{ either: true }, 'either: is not a valid value'],
  [{ colour: 'red' }, 'product: has the unknown field colour'],
])('%j is told in plain words', (given, fault) => {
  const parsed = schema.safeParse({ needed: 'x', ...given }, { error: plainly });
  expect(parsed.error && lineFaults({ line: 7 }, parsed.error.issues, 'product')).toEqual([
    { line: 7, kind: 'fault', reason: fault },
  ]);
});
