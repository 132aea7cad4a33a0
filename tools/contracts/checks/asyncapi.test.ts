import { expect, it } from 'vitest';
import { asyncApi, faultsOf } from './asyncapi.ts';
import { findings, workspace } from './seeded.ts';

it('asks for a new document when a message has changed', async () => {
  const without = { ...workspace, messages: workspace.messages.slice(1) };
  expect(await findings(asyncApi, without)).toEqual([
    expect.stringMatching(/^violation docs\/asyncapi\.json: is not what.*→ npm run contracts:accept -- asyncapi/),
  ]);
});

it('passes on what the official parser has against a document', async () => {
  const faults = await faultsOf(
    JSON.stringify({ asyncapi: '3.0.0', info: { title: 'x', version: '1' }, channels: { user: { adress: 'user' } } }),
  );
  expect(faults).toContainEqual(
    expect.objectContaining({ severity: 'violation', message: expect.stringContaining('adress') }),
  );
});
