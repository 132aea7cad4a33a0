import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { audit } from './http.ts';

it('names the audit that a server fails, and how', async () => {
  // Answers everything alike: right for a query, wrong for what is none.
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8').end('{"data":{"__typename":"Query"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = await audit(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  await new Promise((resolve) => server.close(resolve));
  expect(found.map(({ subject, message }) => `${subject} ${message}`)).toContainEqual(
    expect.stringMatching(/^audit \w{4} .*JSON parsing failure.* (?:error|warn): /),
  );
  expect(
    found.every(({ subject }) => !subject.includes('MUST accept application/json and match the content-type')),
  ).toBe(true);
});
