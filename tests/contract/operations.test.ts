/** Every operation that a client is published with is valid on the graph as it is now. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { maxTokens } from '../../gateway/config.ts';
import { supergraphFile } from '../../scripts/compose.ts';
import { apiSchemaOf } from '../../scripts/generate/api-schema.ts';

const root = path.join(import.meta.dirname, '../..');
const api = buildSchema(apiSchemaOf(readFileSync(supergraphFile, 'utf8')));
const files = globSync('operations/**/*.graphql', { cwd: root }).toSorted();

describe.each(files)('%s', (file) => {
  const text = readFileSync(path.join(root, file), 'utf8');

  it('is valid, and far from what the gateway refuses to parse', () => {
    const document = parse(text, { maxTokens: maxTokens / 4 });
    expect(validate(api, document).map(({ message }) => message)).toEqual([]);
  });

  it('names its operations, once in all clients', () => {
    const names = operationsOf(text);
    expect(names).not.toContain(undefined);
    for (const name of names) expect(files.filter((other) => operationsOf(read(other)).includes(name))).toEqual([file]);
  });
});

it('there are operations of a storefront and of the playground', () => {
  expect(new Set(files.map((file) => file.split(path.sep)[1]))).toEqual(new Set(['storefront', 'playground']));
});

it('an operation that asks for what there is not would be found', () => {
  expect(validate(api, parse('query Wrong { cart { colour } }')).map(({ message }) => message)).toEqual([
    'Cannot query field "colour" on type "Cart".',
  ]);
});

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

function operationsOf(text: string): (string | undefined)[] {
  return parse(text).definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? [node.name?.value] : []));
}
