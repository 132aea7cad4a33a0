import { expect, test } from 'vitest';
import { variablesSize } from './input-limits.ts';

const enough = { bytes: 1_000, depth: 10, values: 100 };
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

test('stops counting at the limits', () => {
  const deep = JSON.parse(`{"x":${'['.repeat(500)}${']'.repeat(500)}}`);
  expect(size(deep).depth).toBe(11);
  expect(size({ text: 'x'.repeat(2_000), list: [[]] }).depth).toBe(1);
});

test.each([
  ['a list', { list: Array(60_000).fill(0) }],
  ['a list of objects', { list: Array(60_000).fill({}) }],
  ['an object', Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`k${n}`, 0]))],
])('%s that is too long is not descended into', (_, variables) => {
  const { bytes, values } = size(variables);
  expect(values).toBeGreaterThanOrEqual(60_000);
  expect(bytes).toBeLessThan(20);
});

test('counts every value, wherever it is', () => {
  expect(size({ a: [0, [1, 2]], b: { c: null } }).values).toBe(7);
  expect(size({ a: Array.from({ length: 60 }, () => []), b: Array(60).fill(0) }).values).toBe(122);
});
