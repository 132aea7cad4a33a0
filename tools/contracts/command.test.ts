/** The command, as a developer and as a CI call it. Offline checks of the graph only: quick, and nothing is started. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractsCommand } from './command.ts';
import { root } from './workspace.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agora-contracts-'));
});
afterAll(() => rm(folder, { recursive: true }));

const contracts = async (...args: string[]) => {
  const [out, err]: string[][] = [[], []];
  const code = await contractsCommand(args, {
    write: (text) => out?.push(text),
    complain: (text) => err?.push(text),
    onStop: () => undefined,
  });
  return { code, out: (out ?? []).join('\n'), err: (err ?? []).join('\n') };
};

/** A proposal: order's SDL with something replaced. */
const proposal = async (from: string | RegExp, to: string): Promise<string[]> => {
  const sdl = await readFile(path.join(root, 'subgraphs/order/schema.graphql'), 'utf8');
  const file = path.join(folder, 'new.graphql');
  await writeFile(file, sdl.replace(from, to));
  return ['--subgraph', 'order', '--sdl', file];
};

const withoutNextActions = [/ {2}"Actions that the viewer can currently take\."\n[^\n]*\n/, ''] as const;

describe('what if', () => {
  it('reports what a proposed SDL breaks and for whom, before any code is written', async () => {
    const { code, out } = await contracts('breaking-changes', 'operations', ...(await proposal(...withoutNextActions)));
    expect(code).toBe(1);
    expect(out).toMatch(/✗ breaking-changes .*\n.*✗ Order\.nextActions: .*storefront\/OrderPage.*use it/);
    expect(out).toMatch(/✗ storefront\/OrderPage: Cannot query field "nextActions"/);
    expect(out).toMatch(/2 checks, \d+ violations/);
  });

  it('is content with a proposal that breaks nothing', async () => {
    const grown = await proposal(/(type Order @key[^\n]*\n)/, '$1  "How it feels." mood: String @signedIn\n');
    expect(await contracts('composition', 'breaking-changes', 'operations', ...grown)).toMatchObject({ code: 0 });
  });

  it('names the line of a proposal that does not compose', async () => {
    const { code, out } = await contracts('composition', ...(await proposal('type Query {', 'type Query')));
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ .*new\.graphql:\d+: SYNTAX/)]);
  });
});

describe('for a CI', () => {
  it('writes JSON, a summary of it, and JUnit', async () => {
    const xml = path.join(folder, 'contracts.xml');
    const args = ['breaking-changes', ...(await proposal(...withoutNextActions))];
    const { code, out } = await contracts(...args, '--json', '--junit', xml);
    expect(code).toBe(1);
    const [verdict] = JSON.parse(out);
    expect(verdict).toMatchObject({
      check: { name: 'breaking-changes' },
      findings: [{ severity: 'violation', subject: 'Order.nextActions' }],
    });
    expect(await readFile(xml, 'utf8')).toMatch(/<testsuite .*failures="1".*<failure message="Order\.nextActions: /s);
    await writeFile(path.join(folder, 'contracts.json'), out);
    const told = await contracts('--summarise', path.join(folder, 'contracts.json'));
    expect(told.out).toMatch(
      /## Contracts.*\| violation \| `breaking-changes` \|.*\*\*violation\*\*.*Order\.nextActions/s,
    );
  });

  it('fails at the given severity', async () => {
    const unused = await proposal(/(type Order @key[^\n]*\n)/, '$1  "How it feels." mood: String @signedIn\n');
    expect(await contracts('composition', ...unused, '--fail-on', 'note')).toMatchObject({ code: 0 });
    expect(await contracts('composition', '--fail-on', 'everything')).toMatchObject({ code: 2 });
  });
});

describe('what it does not understand', () => {
  it.each([
    [['nonsense'], /There is no check nonsense/],
    [['--subgraph', 'order'], /belong together/],
    [['--subgraph', 'nobody', '--sdl', 'x'], /There is no subgraph nobody; there are user, product/],
    [['--subgraph', 'order', '--sdl', 'nowhere.graphql'], /nowhere\.graphql: cannot be read \(ENOENT\)/],
    [['entities', '--offline'], /entities needs a running shop/],
    [['--summarise', 'nowhere.json'], /holds no verdicts/],
    [['--colour'], /Unknown option '--colour'/],
  ])('%j: exit code 2, a sentence, and nothing done', async (args, sentence) => {
    expect(await contracts(...args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(sentence) });
  });
});
