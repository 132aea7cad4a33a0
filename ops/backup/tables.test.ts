import { expect, it } from 'vitest';
import { referredFirst } from './tables.ts';

const table = (name: string) => ({ schema: 'public', name });
const refers = (referrer: string, referred: string) => ({
  referrer: `public.${referrer}`,
  referred: `public.${referred}`,
});

it('orders a table after those that it references', () => {
  const ordered = referredFirst(
    [table('line'), table('order'), table('customer'), table('other')],
    [refers('line', 'order'), refers('order', 'customer')],
  );
  expect(ordered.map(({ name }) => name)).toEqual(['customer', 'other', 'order', 'line']);
});

it('refuses tables that reference each other in a cycle', () => {
  const cycle = [refers('hen', 'egg'), refers('egg', 'hen')];
  expect(() => referredFirst([table('hen'), table('egg')], cycle)).toThrow('in a cycle: public.hen, public.egg');
});
