import { expect, it } from 'vitest';
import { z } from 'zod';
import type { RoutedMessage } from '#contracts/messages/index.ts';
import { exampleData, messages, unfit } from './messages.ts';
import { findings, workspace } from './seeded.ts';

const withMessage = (
  type: string,
  change: (data: z.ZodObject, definition: RoutedMessage) => Partial<RoutedMessage>,
) => ({
  ...workspace,
  messages: workspace.messages.map((definition) =>
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
  expect(await findings(messages, broken)).toContainEqual(
    expect.stringMatching(
      new RegExp(`^violation order\\.confirmed\\.v1: ${finding.source}.*→ Define the next version`),
    ),
  );
});

it('lets a version have another optional field', async () => {
  const grown = withMessage('order.confirmed', (data) => ({ data: data.extend({ note: z.string().optional() }) }));
  expect(await findings(messages, grown)).toEqual([]);
});

it('looks into lists and objects', async () => {
  const broken = withMessage('stock.reserve', (data) => ({
    data: data.extend({ lines: z.array(z.object({ variantId: z.string() })).min(1) }),
  }));
  expect(await findings(messages, broken)).toContainEqual(
    expect.stringMatching(/^violation stock\.reserve\.v1: data\.lines\[\]\.quantity is gone/),
  );
});

it('does not let a message be forgotten that stores hold', async () => {
  const without = { ...workspace, messages: workspace.messages.filter(({ type }) => type !== 'order.confirmed') };
  const found = await findings(messages, without);
  expect(found).toContainEqual(expect.stringMatching(/^violation order\.confirmed\.v1: is no longer defined/));
  expect(found).toContainEqual(expect.stringMatching(/^violation contracts\/examples\/order\.confirmed\.v1\.json: /));
});

it('requires an example of a new message, and a consumer at its receiver', async () => {
  const fresh = {
    ...(workspace.messages[0] as RoutedMessage),
    type: 'user.sneezed',
    receivers: ['payment'],
  };
  const found = await findings(messages, { ...workspace, messages: [...workspace.messages, fresh] });
  expect(found).toContainEqual(expect.stringMatching(/^violation user\.sneezed\.v1: has no example/));
  expect(found).toContainEqual(
    expect.stringMatching(/^violation user\.sneezed\.v1: is sent to payment, which has no consumer/),
  );
});

it('finds a consumer whose message never comes, and a message that nobody gets', async () => {
  const found = await findings(
    messages,
    withMessage('order.confirmed', () => ({ receivers: [] })),
  );
  expect(found).toContainEqual(
    expect.stringMatching(/^violation order\.confirmed\.v1: has a consumer in user, and is never sent/),
  );
  expect(found).toContainEqual(expect.stringMatching(/^violation order\.confirmed\.v1: has no receiver/));
});

it.each([
  [{ owner: 'nobody' }, /is of, or for, a service that does not exist: nobody/],
  [{ receivers: ['payment', 'product'] }, /is a command with several receivers/],
  [{ type: 'stockReserve' }, /is not called <noun>\.<what-happened>/],
  [{ description: 'Holds' }, /has no sentence as its description/],
])('finds a message that breaks a convention: %j', async (change, finding) => {
  const found = await findings(
    messages,
    withMessage('stock.reserve', () => change),
  );
  expect(found).toContainEqual(expect.stringMatching(finding));
});

it('finds a field of an example that the schema has renamed away', async () => {
  const broken = withMessage('order.confirmed', (data) => ({ data: data.omit({ number: true }) }));
  expect(await findings(messages, broken)).toContainEqual(
    expect.stringMatching(/^violation contracts\/examples\/order\.confirmed\.v1\.json: has fields/),
  );
});

it.each([
  [{}, []],
  [{ data: { total: 'much' } }, [/^order\.confirmed\.v1 does not fit its schema: .*data\/total must be object/]],
  [{ version: 9 }, [/^order\.confirmed\.v9 is published, and nobody defines it/]],
])('compares what was published with the schema: %j', (change, expected) => {
  const confirmed = { type: 'order.confirmed', version: 1, data: exampleData('order.confirmed.v1') };
  const found = unfit([{ ...confirmed, ...change }], workspace.messages);
  expect(
    found.filter(({ severity }) => severity === 'violation').map(({ subject, message }) => `${subject} ${message}`),
  ).toEqual(expected.map((each) => expect.stringMatching(each)));
});
