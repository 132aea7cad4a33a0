import { expect, test } from 'vitest';
import { parseForm } from '../http/form.ts';
import { chanceOf, parseFaults } from './faults.ts';

test('faults are shares by name', () => {
  expect(parseFaults('decline=10%, timeout=0.5%')).toEqual({ faults: { decline: 0.1, timeout: 0.005 } });
  expect(parseFaults('')).toEqual({ faults: {} });
});

test.each(['decline', 'decline=10', 'decline=101%', 'nothing=1%', 'decline=-1%', 'decline=ten%'])(
  '%s is none',
  (text) => {
    expect(parseFaults(text)).toHaveProperty('wrong');
  },
);

test('the same seed makes the same calls fail, about as many as asked for', () => {
  const chance = chanceOf({ timeout: 0.2 }, 'a seed');
  const keys = Array.from({ length: 2_000 }, (_, number) => `key-${number}`);
  const hit = keys.filter((key) => chance('timeout', key));
  expect(hit.length).toBeGreaterThan(320);
  expect(hit.length).toBeLessThan(480);
  expect(keys.filter((key) => chanceOf({ timeout: 0.2 }, 'a seed')('timeout', key))).toEqual(hit);
  expect(keys.filter((key) => chanceOf({ timeout: 0.2 }, 'another')('timeout', key))).not.toEqual(hit);
  expect(keys.some((key) => chance('decline', key))).toBe(false);
});

test('forms are nested by brackets', () => {
  expect(JSON.parse(JSON.stringify(parseForm('a=1&b[c][d]=x%20y&e[]=p&e[]=q&__proto__[x]=1')))).toEqual({
    ...{ a: '1', b: { c: { d: 'x y' } }, e: { 0: 'p', 1: 'q' } },
    ['__proto__']: { x: '1' },
  });
  expect({}).not.toHaveProperty('x');
});

test.each(['a=1&a=2', 'a[b=1', 'a]=1', 'a=1&a[b]=2', 'a[b][c][d][e][f]=1', '[a]=1'])('%s cannot be read', (text) => {
  expect(parseForm(text)).toBeUndefined();
});
