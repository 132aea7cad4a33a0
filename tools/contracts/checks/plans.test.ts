import { expect, it } from 'vitest';
import { sdlOf, withSdl } from '../workspace.ts';
import { planBudgets, plannedFetches } from './plans.ts';
import { findings, withOperation, workspace } from './seeded.ts';

it('names the operation, the subgraph and the field where supergraph and subgraph are out of step', async () => {
  // As in a deploy of the subgraph alone: the gateway still plans on the supergraph from before.
  const ahead = withSdl(workspace, 'product', sdlOf(workspace, 'product').replaceAll(/\btitle\(/g, 'heading('));
  const found = await findings(plannedFetches, ahead);
  expect(found).toContainEqual(
    expect.stringMatching(
      /^violation storefront\/ProductPage: needs from product .*Cannot query field "title".*→ .*compose/,
    ),
  );
});

it('names a subgraph that is not there any more', async () => {
  const alone = { ...workspace, sources: workspace.sources.filter(({ name }) => name !== 'payment') };
  expect(await findings(plannedFetches, alone)).toContainEqual(
    expect.stringMatching(/^violation storefront\/\w+: needs from payment .*there is no such subgraph/),
  );
});

const withBudget = (change: (budgets: Record<string, { fetches: number; services: string[] }>) => void) => {
  const budgets = structuredClone(
    workspace.baseline.json<Record<string, { fetches: number; services: string[] }>>('plan-budgets.json'),
  );
  change(budgets);
  return { ...workspace, baseline: { ...workspace.baseline, json: () => budgets as never } };
};

it('names the operation that grew, and by how much', async () => {
  const tighter = withBudget((budgets) => {
    const page = budgets['storefront/OrderPage'];
    if (page) page.fetches = 1;
  });
  expect(await findings(planBudgets, tighter)).toEqual([
    expect.stringMatching(
      /^violation storefront\/OrderPage: needs \d+ fetches in \d+ rounds .*, and 1 fetches.*contracts:accept/,
    ),
  ]);
});

it('names the operation that now needs another service', async () => {
  const tighter = withBudget((budgets) => {
    const page = budgets['storefront/OrderPage'];
    if (page) page.services = page.services.filter((service) => service !== 'payment');
  });
  expect(await findings(planBudgets, tighter)).toEqual([
    expect.stringMatching(/^violation storefront\/OrderPage: .*payment/),
  ]);
});

it('asks for a lower budget where there is room, and for one where there is none', async () => {
  const looser = withBudget((budgets) => {
    const page = budgets['storefront/OrderPage'];
    if (page) page.fetches = 40;
  });
  expect(await findings(planBudgets, looser)).toEqual([
    expect.stringMatching(/^warning storefront\/OrderPage: needs only .* of 40 fetches.*: lower the budget/),
  ]);
  expect(await findings(planBudgets, withOperation('New', 'query New { cart { id } }'))).toEqual([
    expect.stringMatching(/^violation storefront\/New: has no budget/),
  ]);
});
