import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationTypes, resolverTypes } from './graphql-types.ts';

const repository = path.resolve(import.meta.dirname, '../..');
let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'agora-types-'));
  await mkdir(path.join(root, 'subgraphs/user'), { recursive: true });
  await mkdir(path.join(root, 'operations/storefront'), { recursive: true });
  await cp(path.join(repository, 'supergraph.graphql'), path.join(root, 'supergraph.graphql'));
});
afterAll(() => rm(root, { recursive: true }));

const sdl = await readFile(path.join(repository, 'subgraphs/user/schema.graphql'), 'utf8');
const line = sdl.trimEnd().split('\n').length + 2;

it.each([
  ['a slip of the pen', '}}', `${line}: Syntax Error: Unexpected "}"`],
  ['a type that is not there', 'extend type User { x: Nowhere }', `${line}: [user] Unknown type Nowhere`],
])('names the file and the line of %s in an SDL', async (_, slip, complaint) => {
  await writeFile(path.join(root, 'subgraphs/user/schema.graphql'), `${sdl.trimEnd()}\n\n${slip}\n`);
  const made = resolverTypes(root, 'user').make();
  await expect(made).rejects.toThrow(`subgraphs/user/schema.graphql:${complaint}`);
});

it('names the file and the line of a slip in an operation', async () => {
  const file = 'operations/storefront/slip.graphql';
  await writeFile(path.join(root, file), 'query Slip {\n  me {\n}\n');
  await expect(operationTypes(root, [file]).make()).rejects.toThrow(`${file}:3: Syntax Error: Expected Name`);
});
