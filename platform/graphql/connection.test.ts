import { expect, test } from 'vitest';
import { CallerFault } from '#contracts/result.ts';
import { connection, parsePage } from './connection.ts';

const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ id: `row-${from + i}` }));
const keyOf = (row: { id: string }) => [row.id];

test('a row more than asked for means that there is a next page', () => {
  const page = parsePage({ first: 2 });
  const result = connection(rows(1, 3), page, keyOf);
  expect(result.edges.map(({ node }) => node.id)).toEqual(['row-1', 'row-2']);
  expect(result.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
});

test('the end cursor leads to the page after it', () => {
  const first = connection(rows(1, 3), parsePage({ first: 2 }), keyOf);
  const next = parsePage({ first: 2, after: first.pageInfo.endCursor });
  expect(next.after).toEqual(['row-2']);
  expect(connection(rows(3, 3), next, keyOf).pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

test('an empty list has no cursors', () => {
  expect(connection([], parsePage({}), keyOf).pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  });
});

test.each([{ first: 0 }, { first: -1 }, { first: 101 }])('refuses a page of %o', (args) => {
  expect(() => parsePage(args)).toThrow(CallerFault);
});

test.each(['', 'nonsense', Buffer.from('"row"').toString('base64url'), Buffer.from('["a","b"]').toString('base64url')])(
  'refuses the cursor %o',
  (after) => {
    expect(() => parsePage({ after })).toThrow('not a cursor of this list');
  },
);
