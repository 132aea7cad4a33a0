import { describe, expect, it } from 'vitest';
import type { Run } from '../runs.ts';
import type { Reply } from '../shop.ts';
import { compared, differences, shapeOf } from './responses.ts';
import { reply, workspace } from './seeded.ts';

const orderPage = (answer: Reply): Run[] =>
  workspace.operations.filter(({ name }) => name === 'OrderPage').map((operation) => ({ operation, reply: answer }));

describe('the check', () => {
  it('names the operation and the field whose type or null has changed', () => {
    const before = { 'storefront/OrderPage': { order: { number: 'string', failure: 'null' } } };
    expect(compared(orderPage(reply({ order: { number: 7, failure: null } })), before)).toEqual([
      expect.objectContaining({
        subject: 'storefront/OrderPage',
        message: expect.stringContaining('order.number: string → number'),
      }),
    ]);
    expect(compared(orderPage(reply({ order: null })), before)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('order: an object → null') }),
    ]);
  });

  it('names an operation that does not run, and one that nobody has agreed on', () => {
    const found = compared(orderPage(reply(null, [{ message: 'No.' }])), {});
    expect(found.map(({ message }) => message)).toEqual([
      'does not run on the seed (200): No.',
      'has no agreed shape.',
    ]);
  });
});

describe('a shape', () => {
  it('counts the items of a list together, and keeps the names of types', () => {
    expect(shapeOf([{ a: 1 }, { a: null, b: 'x' }])).toEqual({ '[]': { a: 'null|number', b: 'string' } });
    expect(shapeOf({ __typename: 'EmptyCart', list: [] })).toEqual({
      __typename: 'EmptyCart',
      list: { '[]': 'empty' },
    });
  });

  it('learns nothing from a list that is empty', () => {
    expect(shapeOf([{ lines: [] }, { lines: ['a'] }])).toEqual({ '[]': { lines: { '[]': 'string' } } });
  });

  it('does not change with the values', () => {
    expect(differences(shapeOf({ a: 'x', b: [1, 2] }), shapeOf({ a: 'y', b: [3] }))).toEqual([]);
  });
});
