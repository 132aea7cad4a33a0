import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { aGateway } from '#kit/gateway/gateway.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { asText, type FieldReport, together } from './report.ts';

const report = together([
  {
    since: '2026-11-01T00:00:00.000Z',
    fields: [
      { field: 'Query.me', clients: { storefront: 5 } },
      { field: 'Query.old', deprecated: 'Use me.', clients: {} },
      { field: 'Query.older', deprecated: 'Use me.', clients: { kiosk: 1 } },
      { field: 'User.nick', clients: {} },
      { field: 'User.age', clients: {} },
    ],
  },
  {
    since: '2026-11-02T00:00:00.000Z',
    fields: [
      { field: 'Query.me', clients: { storefront: 1, kiosk: 9 } },
      { field: 'Query.older', deprecated: 'Use me.', clients: { kiosk: 1 } },
      { field: 'User.name', clients: { kiosk: 2 } },
    ],
  },
]);

it('adds up what several gateways have counted, since all of them count', () => {
  expect(report.since).toBe('2026-11-02T00:00:00.000Z');
  expect(report.fields.find(({ field }) => field === 'Query.me')).toEqual({
    field: 'Query.me',
    operations: 15,
    clients: { kiosk: 9, storefront: 6 },
  });
});

it('says what is deprecated first, then what nobody uses, then who uses the rest', () => {
  expect(asText(report)).toBe(`6 fields, counted since 2026-11-02T00:00:00.000Z

Deprecated:
  Query.old  nobody: may go  # Use me.
  Query.older  2 (kiosk 2)  # Use me.

Used by nobody:
  User: age, nick

Used:
  Query.me  15 (kiosk 9, storefront 6)
  User.name  2 (kiosk 2)`);
});

it('is printed by the command, for a token that may see it', async () => {
  const tokens = await keyPair('access');
  const keys = await keyServer([tokens.publicKey]);
  const gateway = await aGateway({ INTROSPECTION: 'off', PLAYGROUND: 'off', ACCESS_TOKEN_JWKS_URL: keys.url });
  await gateway.ask('{ __typename me }', { headers: { 'apollographql-client-name': 'web' } });
  const run =
    (...args: string[]) =>
    (environment: Record<string, string>) =>
      promisify(execFile)(
        process.execPath,
        [path.join(import.meta.dirname, '../field-usage.ts'), '--gateway', gateway.url, ...args],
        {
          env: { PATH: process.env.PATH, ...environment },
        },
      );
  const OPERATOR_TOKEN = await anAccessToken(tokens, { permissions: ['operations:read'] });
  const { stdout } = await run('--json')({ OPERATOR_TOKEN });
  const { fields } = JSON.parse(stdout) as FieldReport;
  expect(fields.find(({ field }) => field === 'Query.me')).toMatchObject({ operations: 1, clients: { web: 1 } });
  await expect(run()({})).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('OPERATOR_TOKEN has to be'),
  });
  await gateway.close();
  await keys.close();
});
