import { expect, it } from 'vitest';
import { sdlLint } from './sdl-lint.ts';
import { findings, withChangedSdl } from './seeded.ts';

it.each([
  [
    'a field in another case',
    'number: String!',
    'Order_Number: String! @signedIn\n  "N." number: String!',
    /^violation Order\.Order_Number: .*camelCase.*naming-convention/,
  ],
  [
    'a query called get…',
    'type Query {',
    'type Query {\n  "A cart."\n  getCart: Cart @public',
    /^violation Query\.getCart: .*naming-convention/,
  ],
  [
    'a field that repeats its type',
    'number: String!',
    'orderNumber: String! @signedIn\n  "N." number: String!',
    /^violation Order\.orderNumber: .*no-typename-prefix.*leave the prefix out/,
  ],
  ['an edge that is none', /\bOrderEdge\b/g, 'OrderEntry', /^violation OrderEntry: .*relay-edge-types/],
  [
    'a connection that cannot be paged',
    'after: String',
    'behind: String',
    /^violation Query\.orders: .*`after`.*relay-arguments/,
  ],
])('finds %s', async (_, from, to, finding) => {
  expect(await findings(sdlLint, withChangedSdl('order', from, to))).toContainEqual(expect.stringMatching(finding));
});
