import { expect, it } from 'vitest';
import { whyNoDemoData } from './permission.ts';

it.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', '', undefined])(
  'demo data may be put into a shop in development that is reached at %j',
  (address) => {
    expect(whyNoDemoData('development', { EDGE_ADDRESS: address })).toBeUndefined();
  },
);

it.each(['0.0.0.0', '::', '192.168.1.2', '127.0.0.1.example', 'shop.example'])(
  'demo data may not be put into a shop that others reach at %j',
  (address) => {
    expect(whyNoDemoData('development', { GATEWAY_ADDRESS: undefined, EDGE_ADDRESS: address })).toMatch(
      `EDGE_ADDRESS=${address} lets other machines in`,
    );
  },
);

it('demo data may not be put into a shop in production, wherever it is reached', () => {
  expect(whyNoDemoData('production', {})).toMatch('PROFILE is production');
});
