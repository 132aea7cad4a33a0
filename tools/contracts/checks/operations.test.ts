import { expect, it } from 'vitest';
import { operations, registered } from './operations.ts';
import { findings, withChangedSdl, withOperation, workspace } from './seeded.ts';

it('names the operation, and its line, that asks for what there is not', async () => {
  const broken = withOperation('Wrong', 'query Wrong {\n  cart { colour }\n}');
  expect(await findings(operations, broken)).toEqual([
    expect.stringMatching(
      /^violation storefront\/Wrong: Cannot query field "colour" on type "Cart".*seeded\.graphql:2\)/,
    ),
  ]);
});

it('names every client operation that a removed field would break', async () => {
  const broken = withChangedSdl('order', / {2}"Actions that the viewer can currently take."\n[^\n]*\n/, '');
  const found = await findings(operations, broken);
  expect(found).toContainEqual(expect.stringMatching(/^violation storefront\/OrderPage: .*"nextActions"/));
  expect(found).toContainEqual(expect.stringMatching(/^violation playground\/\w+: .*"nextActions"/));
});

it('wants a name, and one of its own', async () => {
  expect(await findings(operations, withOperation('', '{ cart { id } }'))).toEqual([
    expect.stringMatching(/^violation operations\/storefront\/seeded\.graphql: has an operation without a name/),
  ]);
  const twins = await findings(operations, withOperation('OrderPage', 'query OrderPage { cart { id } }'));
  expect(twins).toContainEqual(
    expect.stringMatching(/^violation storefront\/OrderPage: is also the name of .*order-page/),
  );
});

it('wants operations far smaller than what the gateway reads', async () => {
  const fields = Array.from({ length: 400 }, (_, n) => `c${n}: cart { id }`).join(' ');
  expect(await findings(operations, withOperation('Huge', `query Huge { ${fields} }`))).toEqual([
    expect.stringMatching(/^violation storefront\/Huge: has \d+ tokens/),
  ]);
});

it('warns of a deprecated field, and fails past its removal date', async () => {
  const field = /( {2}number: String! @\w+)\n/;
  const until = (date: string) =>
    withChangedSdl('order', field, `$1 @deprecated(reason: "Use id. Gone after ${date}.")\n`);
  expect(await findings(operations, until('2999-12-31'))).toContainEqual(
    expect.stringMatching(/^warning storefront\/OrderPage: uses Order\.number, deprecated: Use id/),
  );
  expect(await findings(operations, until('2026-01-31'))).toContainEqual(
    expect.stringMatching(/^violation storefront\/OrderPage: uses Order\.number/),
  );
});

it('names a query of the README that nobody has registered', () => {
  const text = 'Paste:\n```graphql\nquery Pasted {\n  cart { id }\n}\n```\n';
  expect(registered(text, workspace.operations)).toEqual([
    expect.objectContaining({ subject: 'README.md "query Pasted {"', severity: 'violation' }),
  ]);
});
