import { expect, it } from 'vitest';
import { planBudgets } from './plan-budgets.ts';
import { sayings, withOperation, world } from './seeded.ts';

const withBudget = (change: (budgets: Record<string, { fetches: number; services: string[] }>) => void) => {
  const budgets = JSON.parse(world.baseline.read('plan-budgets.json') ?? '{}');
  change(budgets);
  return { ...world, baseline: { ...world.baseline, read: () => JSON.stringify(budgets) } };
};

it('names the operation that grew, and by how much', async () => {
  const tighter = withBudget((budgets) => {
    const page = budgets['storefront/OrderPage'];
    if (page) page.fetches = 1;
  });
  expect(await sayings(planBudgets, tighter)).toEqual([
    expect.stringMatching(
      /^breach storefront\/OrderPage: needs \d+ fetches in \d+ rounds .*, and 1 fetches.*contracts:accept/,
    ),
  ]);
});

it('names the operation that now needs another service', async () => {
  const tighter = withBudget((budgets) => {
    const page = budgets['storefront/OrderPage'];
    if (page) page.services = page.services.filter((service) => service !== 'payment');
  });
  expect(await sayings(planBudgets, tighter)).toEqual([
    expect.stringMatching(/^breach storefront\/OrderPage: .*payment/),
  ]);
});

it('asks for a lower budget where there is room, and for one where there is none', async () => {
  const looser = withBudget((budgets) => {
    const page = budgets['storefront/OrderPage'];
    if (page) page.fetches = 40;
  });
  expect(await sayings(planBudgets, looser)).toEqual([
    expect.stringMatching(/^warning storefront\/OrderPage: needs only .* of 40 fetches.*: lower the budget/),
  ]);
  expect(await sayings(planBudgets, withOperation('New', 'query New { cart { id } }'))).toEqual([
    expect.stringMatching(/^breach storefront\/New: has no budget/),
  ]);
});
