import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';

const root = path.resolve(import.meta.dirname, '../..');
const asBrowser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

let gateway: GatewayFixture;
let page: string;
beforeAll(async () => {
  gateway = await aGateway({ PROFILE: 'development' });
  page = await (await fetch(gateway.url, { headers: asBrowser })).text();
});
afterAll(() => gateway.close());

const named = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, name = '']) => name);

it('links to the endpoints, in development', async () => {
  const links = named(/href="([^"]+)"/g);
  expect(links).toEqual(['/graphql', '/health/ready', '/metrics']);
  for (const link of links) {
    const { status } = await fetch(`${gateway.url}${link}`, { headers: asBrowser });
    expect([link, status]).toEqual([link, 200]);
  }
});

it('names existing commands and files', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const commands = named(/npm (?:run )?([\w:-]+)/g);
  expect(commands).toContain('audit');
  expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  const files = named(/([\w/-]+\.(?:md|ts))\b/g);
  expect(files).toContain('README.md');
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

it.each([
  ['a program', {}, { PROFILE: 'development' }],
  ['a browser in production', asBrowser, {}],
])('is absent for %s', async (_, headers, environment: Record<string, string>) => {
  const other = await aGateway(environment);
  const answer = await fetch(other.url, { headers });
  expect([answer.status, await answer.json()]).toEqual([
    404,
    { error: expect.objectContaining({ code: 'NOT_FOUND' }) },
  ]);
  await other.close();
});
