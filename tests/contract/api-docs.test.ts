/** docs/api.md is copied by front-end developers: its code generator configuration is run as it stands. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import { expect, it, onTestFinished } from 'vitest';
import { apiSchemaOf } from '#tools/compose/composition.ts';

const root = path.resolve(import.meta.dirname, '../..');

it('types every scalar with the configuration of docs/api.md, and lists the types of Failure for a cache', async () => {
  const docs = await readFile(path.join(root, 'docs/api.md'), 'utf8');
  const [, source] = /```ts\n(\/\/ codegen\.ts\n[^`]+)```/.exec(docs) ?? [];
  if (!source) throw new Error('there is no configuration in docs/api.md');
  const schema = apiSchemaOf(await readFile(path.join(root, 'supergraph.graphql'), 'utf8'));
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-api-docs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(path.join(folder, 'src'));
  await writeFile(path.join(folder, 'codegen.ts'), source);
  await writeFile(
    path.join(folder, 'src/orders.graphql'),
    `query MyOrders { orders { edges { node { id placedAt } } } }
     mutation Cancel($id: ID!) { cancelOrder(idempotencyKey: "1", input: { orderId: $id }) { ... on Failure { message } } }`,
  );
  const { default: config } = await import(pathToFileURL(path.join(folder, 'codegen.ts')).href);

  // The generator's packages are this checkout's.
  const inputs = { schema, documents: path.join(folder, config.documents) };
  const files: { filename: string; content: string }[] = await generate(
    { ...config, ...inputs, cwd: root, silent: true },
    false,
  );
  const textOf = (name: string): string => files.find(({ filename }) => filename.endsWith(name))?.content ?? '';
  expect(textOf('graph.ts')).toMatch(/placedAt: string/);
  const possibleTypes = JSON.parse(/const result[^=]*= (\{[^;]+\});/.exec(textOf('possible-types.ts'))?.[1] ?? '{}');
  expect(possibleTypes.possibleTypes.Failure).toContain('InsufficientStock');

  const own = Object.values(buildSchema(schema).getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  const typed = config.generates['src/graph.ts'].config.scalars;
  expect(own.map(({ name }) => name).filter((name) => !(name in typed))).toEqual([]);
});
