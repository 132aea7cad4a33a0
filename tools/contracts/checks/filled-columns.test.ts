import { expect, it } from 'vitest';
import { emptyColumns } from './filled-columns.ts';

const filled = { name: 'product.product.title', isFilled: true };

it('finds a column, and a table, that nobody fills', () => {
  const found = emptyColumns([
    filled,
    { name: 'product.product.rating', isFilled: false },
    { name: 'order.gift', isFilled: false },
  ]);
  expect(found.map(({ subject, message, remediation }) => `${subject} ${message} ${remediation}`)).toEqual([
    expect.stringMatching(/^product\.product\.rating is empty .* Fill it, or add/),
    expect.stringMatching(/^order\.gift is empty /),
  ]);
});

it('is content where it is said who fills it', () => {
  const columns = [filled, { name: 'product.product.rating', isFilled: false }];
  expect(emptyColumns(columns, { 'product.product.rating': 'a review' })).toEqual([]);
});
