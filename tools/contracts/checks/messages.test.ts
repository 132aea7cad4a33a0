import { expect, it } from 'vitest';
import { z } from 'zod';
import type { RoutedMessage } from '#contracts/messages/index.ts';
import { messages } from './messages.ts';
import { sayings, world } from './seeded.ts';

const withMessage = (
  type: string,
  change: (data: z.ZodObject, definition: RoutedMessage) => Partial<RoutedMessage>,
) => ({
  ...world,
  messages: world.messages.map((definition) =>
    definition.type === type ? { ...definition, ...change(definition.data as z.ZodObject, definition) } : definition,
  ),
});

it.each([
  ['a field that is gone', (data: z.ZodObject) => data.omit({ number: true }), /data\.number is gone: user may hold/],
  [
    'a field that is new and required',
    (data: z.ZodObject) => data.extend({ why: z.string() }),
    /data\.why is new and required/,
  ],
  [
    'a field that became optional',
    (data: z.ZodObject) => data.partial({ number: true }),
    /data\.number is now optional/,
  ],
  [
    'a field of another type',
    (data: z.ZodObject) => data.extend({ number: z.number() }),
    /data\.number has another type/,
  ],
])('does not let a version have %s', async (_, change, finding) => {
  const broken = withMessage('order.confirmed', (data) => ({ data: change(data) }));
  expect(await sayings(messages, broken)).toContainEqual(
    expect.stringMatching(new RegExp(`^breach order\\.confirmed\\.v1: ${finding.source}.*→ Define the next version`)),
  );
});

it('lets a version have another optional field', async () => {
  const grown = withMessage('order.confirmed', (data) => ({ data: data.extend({ note: z.string().optional() }) }));
  expect(await sayings(messages, grown)).toEqual([]);
});

it('looks into lists and objects', async () => {
  const broken = withMessage('stock.reserve', (data) => ({
    data: data.extend({ lines: z.array(z.object({ variantId: z.string() })).min(1) }),
  }));
  expect(await sayings(messages, broken)).toContainEqual(
    expect.stringMatching(/^breach stock\.reserve\.v1: data\.lines\[\]\.quantity is gone/),
  );
});

it('does not let a message be forgotten that stores hold', async () => {
  const without = { ...world, messages: world.messages.filter(({ type }) => type !== 'order.confirmed') };
  const found = await sayings(messages, without);
  expect(found).toContainEqual(expect.stringMatching(/^breach order\.confirmed\.v1: is no longer defined/));
  expect(found).toContainEqual(expect.stringMatching(/^breach contracts\/examples\/order\.confirmed\.v1\.json: /));
});

it('wants an example of what is new, and a consumer where it goes', async () => {
  const fresh = {
    ...(world.messages[0] as RoutedMessage),
    type: 'user.sneezed',
    receivers: ['payment'],
  };
  const found = await sayings(messages, { ...world, messages: [...world.messages, fresh] });
  expect(found).toContainEqual(expect.stringMatching(/^breach user\.sneezed\.v1: has no example/));
  expect(found).toContainEqual(
    expect.stringMatching(/^breach user\.sneezed\.v1: goes to payment, which has no consumer/),
  );
});

it('finds a consumer whose message never comes, and a message that nobody gets', async () => {
  const found = await sayings(
    messages,
    withMessage('order.confirmed', () => ({ receivers: [] })),
  );
  expect(found).toContainEqual(
    expect.stringMatching(/^breach order\.confirmed\.v1: has a consumer in user, and is never sent/),
  );
  expect(found).toContainEqual(expect.stringMatching(/^breach order\.confirmed\.v1: has no receiver/));
});
