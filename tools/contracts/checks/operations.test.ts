import { expect, it } from 'vitest';
import { operations, registered } from './operations.ts';
import { sayings, withChangedSdl, withOperation, world } from './seeded.ts';

it('names the operation, and its line, that asks for what there is not', async () => {
  const broken = withOperation('Wrong', 'query Wrong {\n  cart { colour }\n}');
  expect(await sayings(operations, broken)).toEqual([
    expect.stringMatching(/^breach storefront\/Wrong: Cannot query field "colour" on type "Cart".*seeded\.graphql:2\)/),
  ]);
});

it('names every client operation that a removed field would break', async () => {
  const broken = withChangedSdl('order', / {2}"Actions that the viewer can currently take."\n[^\n]*\n/, '');
  const found = await sayings(operations, broken);
  expect(found).toContainEqual(expect.stringMatching(/^breach storefront\/OrderPage: .*"nextActions"/));
  expect(found).toContainEqual(expect.stringMatching(/^breach playground\/\w+: .*"nextActions"/));
});

it('wants a name, and one of its own', async () => {
  expect(await sayings(operations, withOperation('', '{ cart { id } }'))).toEqual([
    expect.stringMatching(/^breach operations\/storefront\/seeded\.graphql: has an operation without a name/),
  ]);
  const twins = await sayings(operations, withOperation('OrderPage', 'query OrderPage { cart { id } }'));
  expect(twins).toContainEqual(
    expect.stringMatching(/^breach storefront\/OrderPage: is also the name of .*order-page/),
  );
});

it('wants operations far smaller than what the gateway reads', async () => {
  const fields = Array.from({ length: 400 }, (_, n) => `c${n}: cart { id }`).join(' ');
  expect(await sayings(operations, withOperation('Huge', `query Huge { ${fields} }`))).toEqual([
    expect.stringMatching(/^breach storefront\/Huge: has \d+ tokens/),
  ]);
});

it('warns of what is deprecated, and stops what is past its date', async () => {
  const field = /( {2}number: String! @\w+)\n/;
  const until = (date: string) =>
    withChangedSdl('order', field, `$1 @deprecated(reason: "Use id. Gone after ${date}.")\n`);
  expect(await sayings(operations, until('2999-12-31'))).toContainEqual(
    expect.stringMatching(/^warning storefront\/OrderPage: uses Order\.number, deprecated: Use id/),
  );
  expect(await sayings(operations, until('2026-01-31'))).toContainEqual(
    expect.stringMatching(/^breach storefront\/OrderPage: uses Order\.number/),
  );
});

it('names a query of the README that nobody has registered', () => {
  const text = 'Paste:\n```graphql\nquery Pasted {\n  cart { id }\n}\n```\n';
  expect(registered(text, world.operations)).toEqual([
    expect.objectContaining({ culprit: 'README.md "query Pasted {"', severity: 'breach' }),
  ]);
});
