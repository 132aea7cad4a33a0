import { expect, it } from 'vitest';
import { requires } from './requires.ts';
import { sayings, withChangedSdl } from './seeded.ts';

const withRequires = (type: string) => {
  const imported = withChangedSdl('order', 'import: ["@key",', 'import: ["@key", "@external", "@requires",');
  const entity = /type ProductVariant @key\(fields: "id", resolvable: false\) \{/;
  const field = `type ProductVariant @key(fields: "id") {
    "Theirs." title: String! @external
    "Ours." label: ${type} @public @requires(fields: "title")`;
  return withChangedSdl('order', entity, field, imported);
};

it('names a field that would take its parent with it when what it requires is missing', async () => {
  expect(await sayings(requires, withRequires('String!'))).toContainEqual(
    expect.stringMatching(/^breach order: ProductVariant\.label: .*cannot be null.*→ Make it nullable/),
  );
});

it('wants to be shown that such a field copes', async () => {
  expect(await sayings(requires, withRequires('String'))).toEqual([
    expect.stringMatching(/^breach order: ProductVariant\.label: has no test .*with and without what it requires/),
  ]);
});
