/** Every published operation stays far from the gateway's limits, so that none of a client's own growth meets them. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { costPolicy, operationCost } from '#gateway/limits/operation-cost.ts';
import { documentShape } from '#gateway/limits/shape-limits.ts';
import { limitsVariables } from '#gateway/limits/variables.ts';
import { apiSchemaOf } from '#tools/compose/composition.ts';
import { supergraphFile } from '#tools/compose.ts';

const root = path.join(import.meta.dirname, '../..');
const supergraph = readFileSync(supergraphFile, 'utf8');
const schema = buildSchema(apiSchemaOf(supergraph));
const policy = costPolicy(supergraph);
const limits = z.object(limitsVariables).parse({});
const files = globSync('operations/**/*.graphql', { cwd: root }).toSorted();

const operations = files.flatMap((file) => {
  const text = readFileSync(path.join(root, file), 'utf8');
  const document = parse(text);
  return document.definitions.flatMap((operation) =>
    operation.kind === Kind.OPERATION_DEFINITION
      ? [{ name: operation.name?.value, isOfStaff: file.startsWith('operations/staff/'), text, document, operation }]
      : [],
  );
});

describe.each(operations)('$name', ({ isOfStaff, text, document, operation }) => {
  it('is a third of every limit at most, for who may send it, with the page sizes that it has without variables', () => {
    const { depth, rootFields, fields, aliases, directives, fragments } = documentShape(document);
    const { cost } = operationCost({ schema, policy, document, operation, variables: {} });
    const shares = {
      bytes: Buffer.byteLength(text) / limits.LIMIT_DOCUMENT_BYTES,
      depth: depth / limits.LIMIT_DEPTH,
      rootFields: rootFields / limits.LIMIT_ROOT_FIELDS,
      fields: fields / limits.LIMIT_FIELDS,
      aliases: aliases / limits.LIMIT_ALIASES,
      directives: directives / limits.LIMIT_DIRECTIVES,
      fragments: fragments / limits.LIMIT_FRAGMENTS,
      cost: cost / (isOfStaff ? limits.LIMIT_COST_STAFF : limits.LIMIT_COST_GUEST),
    };
    expect(Object.entries(shares).filter(([, share]) => share > 1 / 3)).toEqual([]);
  });
});
