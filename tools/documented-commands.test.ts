/** What stands in a document as a command can be typed: on a fresh clone, under whatever Node came with npm. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What stands between backticks, one command a line, without what a comment says behind it. */
const codeIn = (markdown: string): string[] => {
  const blocks = [...markdown.matchAll(/^```(?:sh|bash|console)?\n(.*?)^```/gms)].map(([, text = '']) => text);
  const inline = markdown.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g);
  return [...blocks.flatMap((text) => text.split('\n')), ...[...inline].map(([, text = '']) => text)].map((line) =>
    line.replace(/\s#\s.*$/, '').trim(),
  );
};

const npmFaults = (command: string): string[] =>
  [...command.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)( --)?/g)].flatMap(([said, name = '', names]) => {
    if (!said.startsWith('npm run') && !['start', 'test'].includes(name)) return [];
    if (!scripts[name]) return [`package.json has no script ${name}`];
    // Without names it would agree to whatever else has changed.
    return name === 'contracts:accept' && !names ? ['contracts:accept is told what to accept'] : [];
  });

/** In a container `node` is ours; elsewhere it is whichever the reader has, and Node 20 reads no TypeScript. */
const nodeFaults = (command: string): string[] => {
  if (/^(?:docker compose|kubectl .*\bexec) /.test(command)) return [];
  const bare = /(?<!npx |\/)\bnode (?:-\S+ )*[\w./-]+\.ts/.test(command);
  return bare || command.includes('node_modules/.bin/') ? ['runs under whichever Node the reader has'] : [];
};

const folders = [
  'ops',
  'launcher',
  'tools',
  'bench',
  'tests',
  'platform',
  'gateway',
  'subgraphs',
  'contracts',
  'prisma',
  'operations',
  'docs',
];
const ourFile = new RegExp(`(?<![\\w./-])(?:${folders.join('|')})/[\\w./-]+`, 'g');
const isCommand = /\b(?:npm|npx|node|docker|vitest) /;

const fileFaults = (command: string): string[] =>
  isCommand.test(command)
    ? (command.match(ourFile) ?? []).filter((file) => !existsSync(path.join(root, file))).map((file) => `no ${file}`)
    : [];

const faultsIn = (markdown: string): string[] =>
  codeIn(markdown).flatMap((command) =>
    [npmFaults, nodeFaults, fileFaults].flatMap((look) => look(command).map((fault) => `${command}: ${fault}`)),
  );

// Decisions are of their day, and are not edited.
const documents = globSync(
  ['*.md', 'docs/*.md', 'gateway/*.md', 'operations/*.md', 'subgraphs/*/*.md', 'deploy/**/*.md'],
  { cwd: root },
);

describe('the commands of the documents', () => {
  it.each(documents)('can be typed as they stand: %s', (file) => {
    expect(faultsIn(read(file))).toEqual([]);
  });

  it.each([
    ['`npm run forget`', 'package.json has no script forget'],
    ['```\nnpm run contracts:accept   # all of it\n```', 'contracts:accept is told what to accept'],
    ['`node gateway/main.ts --help`', 'runs under whichever Node the reader has'],
    ['```\nA=1 node gateway/main.ts\n```', 'runs under whichever Node the reader has'],
    ['`node_modules/.bin/vitest run`', 'runs under whichever Node the reader has'],
    ['`docker compose run operator node tools/moved.ts`', 'no tools/moved.ts'],
    ['`npm run check -- subgraphs/gone`', 'no subgraphs/gone'],
  ])('would be found in %j', (markdown, fault) => {
    expect(faultsIn(markdown)).toEqual([expect.stringContaining(fault)]);
  });

  it('stand as well in the help of a program that has a script', () => {
    const programs = Object.values(scripts).flatMap(
      (command) => /(?:ops|launcher|tools|bench)\/[\w-]+\.ts/.exec(command) ?? [],
    );
    expect(programs.filter((program) => /usage: node |^(?: \*|\/\*\*) node /m.test(read(program)))).toEqual([]);
  });
});
