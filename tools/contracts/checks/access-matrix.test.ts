import { describe, expect, it } from 'vitest';
import { compared, type Matrix, matrixFields } from './access-matrix.ts';
import { workspace } from './seeded.ts';

const agreed: Matrix = {
  'order: Query.order': { guest: 'UNAUTHENTICATED', owner: 'data', 'another customer': 'null' },
};

const found = (matrix: Matrix) => compared(matrix, agreed).map(({ subject, message }) => `${subject} ${message}`);

describe('the check', () => {
  it('is content with what was agreed', () => {
    expect(found(agreed)).toEqual([]);
  });

  it.each<[string, Matrix, string]>([
    [
      'an order that another customer can read',
      { 'order: Query.order': { ...agreed['order: Query.order'], 'another customer': 'data' } },
      'order: Query.order another customer: null → data',
    ],
    [
      'a field that nobody has agreed on',
      { ...agreed, 'user: Query.users': { guest: 'data' } },
      'user: Query.users has no expected outcome for any viewer.',
    ],
    [
      'a new kind of viewer',
      { 'order: Query.order': { ...agreed['order: Query.order'], robot: 'data' } },
      'order: Query.order robot: nothing was agreed → data',
    ],
    [
      'a field that breaks',
      { 'order: Query.order': { guest: 'INTERNAL_SERVER_ERROR' } },
      'order: Query.order breaks when asked by: guest.',
    ],
    ['a field that is gone', {}, 'order: Query.order is expected, and is no field any more.'],
  ])('finds %s', (_, matrix, finding) => {
    expect(found(matrix)).toEqual([finding]);
  });

  it('asks for every root field and every field of an entity, each with its decision', () => {
    const fields = matrixFields(workspace);
    const coordinates = fields.map(({ coordinate }) => coordinate);
    for (const expected of ['user: Query.me', 'order: Mutation.placeOrder', 'order: Order.total', 'order: User.orders'])
      expect(coordinates).toContain(expected);
    expect(fields.filter(({ access }) => access === undefined)).toEqual([]);
  });
});
