import { expect, it } from 'vitest';
import { referredFirst } from './tables.ts';

const table = (name: string) => ({ schema: 'public', name });
const refers = (referrer: string, referred: string) => ({
  referrer: `public.${referrer}`,
  referred: `public.${referred}`,
});

it('fills a table after those that it refers to', () => {
  const ordered = referredFirst(
    [table('line'), table('order'), table('customer'), table('other')],
    [refers('line', 'order'), refers('order', 'customer')],
  );
  expect(ordered.map(({ name }) => name)).toEqual(['customer', 'other', 'order', 'line']);
});

it('cannot fill tables that refer to each other in a circle', () => {
  const circle = [refers('hen', 'egg'), refers('egg', 'hen')];
  expect(() => referredFirst([table('hen'), table('egg')], circle)).toThrow('in a circle: public.hen, public.egg');
});
