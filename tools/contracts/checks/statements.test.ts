import { expect, it } from 'vitest';
import { aTrace } from './seeded.ts';
import { compared, statementsIn } from './statements.ts';

const found = (...budgets: Parameters<typeof compared>) =>
  compared(...budgets).map(({ severity, subject, message }) => `${severity} ${subject} ${message}`);

it('names the operation, the subgraph and the number where there are more statements than agreed', () => {
  expect(
    found({ 'storefront/Cart': { order: 52, product: 1 } }, { 'storefront/Cart': { order: 2, product: 1 } }),
  ).toEqual(['violation storefront/Cart sends 52 statements to the database of order, and 2 were agreed.']);
  expect(found({ 'storefront/Cart': { user: 1 } }, { 'storefront/Cart': {} })).toEqual([
    'violation storefront/Cart sends 1 statements to the database of user, and 0 were agreed.',
  ]);
});

it('asks for a lower budget where there is room, and for one where there is none', () => {
  expect(found({ 'storefront/Cart': { order: 1 } }, { 'storefront/Cart': { order: 2 } })).toEqual([
    'warning storefront/Cart sends only order 1 of order 2 statements: lower the budget.',
  ]);
  expect(found({ 'storefront/New': { order: 1 } }, {})).toEqual([
    'violation storefront/New has no budget; it sends order 1 statements.',
  ]);
});

it('counts the statements of a trace that the client waited for', () => {
  expect(statementsIn(aTrace('t', ['BEGIN', 'SELECT 1', 'INSERT INTO a', 'COMMIT']))).toEqual({ order: 2 });
  const trace = aTrace('t', ['SELECT 1']);
  const consumed = trace.roots.map((root) => ({ ...root, span: { ...root.span, kind: 'CONSUMER' as const } }));
  expect(statementsIn({ ...trace, roots: [...trace.roots, ...consumed] })).toEqual({ order: 1 });
});
