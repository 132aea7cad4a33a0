import { describe, expect, it } from 'vitest';
import { breakingChanges, releasedSchema } from './breaking-changes.ts';
import { findings, withChangedSdl, withOperation, workspace } from './seeded.ts';

const withBaseline = (change: (released: string) => string | undefined) => {
  const released = change(workspace.baseline.read(releasedSchema) ?? '');
  return { ...workspace, baseline: { ...workspace.baseline, read: () => released } };
};

describe('against the released schema', () => {
  it('names the client and the operation that a removed field would break', async () => {
    const broken = withChangedSdl('order', / {2}"Actions that the viewer can currently take\."\n[^\n]*\n/, '');
    expect(await findings(breakingChanges, broken)).toEqual([
      expect.stringMatching(/^violation Order\.nextActions: .*removed.*storefront\/OrderPage.*use it\. → Deprecate it/),
    ]);
  });

  it('lets go what no published operation uses, with a note', async () => {
    const grown = withBaseline((released) => released.replace('type Cart {', 'type Cart {\n  mood: String'));
    expect(await findings(breakingChanges, grown)).toEqual([
      expect.stringMatching(/^note Cart\.mood: .*removed.*no published operation uses it/),
    ]);
  });

  it('counts an argument, an input field and an enum value as used by every client that may send or receive it', async () => {
    const found = async (from: string, to: string) =>
      findings(
        breakingChanges,
        withBaseline((released) => {
          if (!released.includes(from)) throw new Error(`no ${from}`);
          return released.replace(from, to);
        }),
      );
    expect(await found('enum OrderStatus {', 'enum OrderStatus {\n  DREAMT')).toContainEqual(
      expect.stringMatching(/^violation OrderStatus\.DREAMT: .*storefront\/OrderPage/),
    );
    expect(await found('input PlaceOrderInput {', 'input PlaceOrderInput {\n  gift: Boolean')).toContainEqual(
      expect.stringMatching(/^violation PlaceOrderInput\.gift: .*storefront\/PlaceOrder/),
    );
  });

  it('names the clients that would have to send a new argument', async () => {
    const broken = withChangedSdl('order', 'placeOrder(', 'placeOrder("Why." reason: String! ');
    expect(await findings(breakingChanges, broken)).toEqual([
      expect.stringMatching(/^violation Mutation\.placeOrder\.reason: .*storefront\/PlaceOrder/),
    ]);
  });

  it('warns of a new enum value the clients that select the enum', async () => {
    const found = await findings(
      breakingChanges,
      withBaseline((released) =>
        released.replace(/enum OrderAction \{[^}]*?("""[^"]*"""\n {2}PAY\b)/, (all, value) => all.replace(value, '')),
      ),
    );
    expect(found).toContainEqual(expect.stringMatching(/^warning OrderAction\.PAY: .*storefront\/OrderPage/));
  });

  it('sees nothing in what was added', async () => {
    const grown = withOperation(
      'Plain',
      'query Plain { cart { id } }',
      withChangedSdl('order', /(type Order @key[^\n]*\n)/, '$1  "Hm." mood: String @signedIn\n'),
    );
    expect(await findings(breakingChanges, grown)).toEqual([]);
  });

  it('explains how to begin where there is no baseline', async () => {
    expect(
      await findings(
        breakingChanges,
        withBaseline(() => undefined),
      ),
    ).toEqual([expect.stringMatching(/^violation api-schema\.graphql: .*→ npm run contracts:accept/)]);
  });
});

describe('a deprecation', () => {
  const field = /( {2}number: String! @\w+)\n/;
  const deprecated = (reason: string) => withChangedSdl('order', field, `$1 @deprecated(reason: "${reason}")\n`);

  it('needs a date', async () => {
    expect(await findings(breakingChanges, deprecated('Use id.'))).toContainEqual(
      expect.stringMatching(/^violation Order\.number: is deprecated without a date/),
    );
  });

  it('is kept until its date, and not after', async () => {
    expect(await findings(breakingChanges, deprecated('Use id. Gone after 2999-01-31.'))).toEqual([]);
    expect(await findings(breakingChanges, deprecated('Use id. Gone after 2026-01-31.'))).toContainEqual(
      expect.stringMatching(/^violation Order\.number: is still there: Use id/),
    );
  });
});
