import { expect, it } from 'vitest';
import { exampleData } from '../rules/message-schema.ts';
import { judge } from './published-messages.ts';
import { world } from './seeded.ts';

const breaches = (rows: Parameters<typeof judge>[0]) =>
  judge(rows, world.messages)
    .filter(({ severity }) => severity === 'breach')
    .map(({ culprit, message }) => `${culprit} ${message}`);

const confirmed = { type: 'order.confirmed', version: 1, data: exampleData('order.confirmed.v1') };

it('is content with what fits', () => {
  expect(breaches([confirmed])).toEqual([]);
});

it('names the message and the field that do not fit', () => {
  expect(breaches([{ ...confirmed, data: { ...(confirmed.data as object), total: 'much' } }])).toEqual([
    expect.stringMatching(
      /^order\.confirmed\.v1 is published with data that its schema refuses: data\/total must be object/,
    ),
  ]);
});

it('names a message that nobody defines', () => {
  expect(breaches([{ ...confirmed, version: 9 }])).toEqual(['order.confirmed.v9 is published, and nobody defines it.']);
});
