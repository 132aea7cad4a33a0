import { expect, it } from 'vitest';
import { blockedPorts } from './blocked-ports.ts';

it.each(blockedPorts)('fetch does not open port %i', async (port) => {
  const fault = await fetch(`http://127.0.0.1:${port}`).catch((error: Error) => error);
  expect(fault).toMatchObject({ cause: { message: 'bad port' } });
});
