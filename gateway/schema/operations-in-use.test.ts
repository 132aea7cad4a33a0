import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { operationsInUse } from './operations-in-use.ts';

const document = parse('{ a }');
const use = (uses: ReturnType<typeof operationsInUse>, key: string, times = 1) => {
  for (let time = 0; time < times; time++) uses.note({ key, document, operationName: key, name: key });
};
const names = (uses: ReturnType<typeof operationsInUse>, atMost: number) => uses.mostUsed(atMost).map(({ key }) => key);

it('names the most used first, and no more than asked for', () => {
  const uses = operationsInUse(100_000);
  use(uses, 'cart', 2);
  use(uses, 'browse', 3);
  use(uses, 'account');
  expect(names(uses, 2)).toEqual(['browse', 'cart']);
});

it('forgets what was not used for longest when they take too much memory, long documents among them', () => {
  const uses = operationsInUse(100_000);
  use(uses, 'a');
  const long = parse(`{ ${'a '.repeat(300)} }`);
  for (let n = 0; n < 50; n++) {
    uses.note({ key: `flood ${n}`, document: long, operationName: undefined, name: 'flood' });
    use(uses, 'a');
  }
  expect(names(uses, 99)[0]).toBe('a');
  expect(names(uses, 99).length).toBeLessThan(5);
});

it('lets old fame fade', () => {
  const uses = operationsInUse(100_000);
  use(uses, 'last month', 10);
  for (let reload = 0; reload < 3; reload++) uses.fade();
  use(uses, 'now', 2);
  expect(names(uses, 1)).toEqual(['now']);
});
