import { expect, test } from 'vitest';
import { variablesSize } from './variables-size.ts';

const enough = { bytes: 1_000, depth: 10 };
const size = (variables: object) => variablesSize(variables, enough);

test.each([
  [{}, 0],
  [{ id: 'x', count: 1 }, 1],
  [{ input: { lines: [{ id: 'x' }] } }, 4],
  [{ Größe: '한국어 '.repeat(20) }, 1],
])('%o is %i deep, and as long as its JSON', (variables, depth) => {
  const { bytes, depth: counted } = size(variables);
  expect(counted).toBe(depth);
  expect(Math.abs(bytes - Buffer.byteLength(JSON.stringify(variables)))).toBeLessThan(5);
});

test('it counts no further than is needed, however deep or long it is', () => {
  const deep = JSON.parse(`{"x":${'['.repeat(500)}${']'.repeat(500)}}`);
  expect(size(deep).depth).toBe(11);
  expect(size({ list: Array.from({ length: 100_000 }, () => 'text') }).bytes).toBeLessThan(100_000 + 1_000 + 10);
});
