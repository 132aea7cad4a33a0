import { ApolloServer } from '@apollo/server';
import { buildSchema, Kind, parse } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { checkInput, inputFault } from './operation-input.ts';
import { errorFormatter } from './serve.ts';

const schema = buildSchema(`
  enum Shade { DARK LIGHT }
  input Lamp { name: String! count: Int! = 1 shade: Shade parts: [Lamp!] tags: [String!] }
  type Query { lamps(first: Int! = 10, shade: Shade, of: Lamp): [Query] buy(lamp: Lamp!): Int name: String }`);

const faultOf = (source: string, variables: Record<string, unknown> = {}) => {
  const document = parse(source);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('a document without an operation');
  return inputFault({ schema, document, operation, variables })?.message;
};

const buy = 'query ($l: Lamp!) { buy(lamp: $l) }';
const secret = 'hunter2';

describe('variables that do not fit', () => {
  test.each([
    [buy, {}, 'Variable "$l" of type "Lamp!" is required.'],
    [buy, { l: null }, 'Variable "$l" of type "Lamp!" must not be null.'],
    [buy, { l: secret }, 'Variable "$l" is not a valid "Lamp!".'],
    [buy, { l: {} }, 'Variable "$l.name" of type "String!" is required.'],
    [buy, { l: { name: 1 } }, 'Variable "$l.name" is not a valid "String!".'],
    [buy, { l: { name: 'a', count: null } }, 'Variable "$l.count" of type "Int!" must not be null.'],
    [buy, { l: { name: 'a', count: secret } }, 'Variable "$l.count" is not a valid "Int!".'],
    [buy, { l: { name: 'a', shade: 'DRAK' } }, 'Variable "$l.shade" is not a valid "Shade".'],
    [buy, { l: { name: 'a', tags: ['b', [secret]] } }, 'Variable "$l.tags[1]" is not a valid "String!".'],
    [buy, { l: { name: 'a', tags: { a: secret } } }, 'Variable "$l.tags" is not a valid "[String!]".'],
    [
      buy,
      { l: { name: 'a', parts: [{ nmae: secret }] } },
      'Variable "$l.parts[0].name" of type "String!" is required.',
    ],
    [buy, { l: { name: 'a', nmae: secret } }, 'Variable "$l" has a field "nmae", which "Lamp" does not have.'],
    [buy, { l: { name: 'a', ['x'.repeat(1_000)]: secret } }, 'Variable "$l" is not a valid "Lamp!".'],
  ])('%s with %o: %s', (source, variables, message) => {
    expect(faultOf(source, variables)).toBe(message);
  });

  it('go as deep as they like without ending in the stack', () => {
    const deep = JSON.parse(`${'{"name":"a","parts":['.repeat(50_000)}${']}'.repeat(50_000)}`);
    expect(faultOf(buy, { l: deep })).toBe('The variables are nested too deeply.');
  });
});

describe('null where the document has a default', () => {
  const name = '{ name }';
  test.each([
    ['of an argument', `query ($n: Int = 5) { lamps(first: $n) ${name} }`, { n: null }],
    ['of an argument that has its own', `query ($n: Int) { lamps(first: $n) ${name} }`, { n: null }],
    ['in an input', 'query ($n: Int = 5) { buy(lamp: { name: "a", count: $n }) }', { n: null }],
    ['in a list', 'query ($n: String = "a") { buy(lamp: { name: "a", tags: ["b", $n] }) }', { n: null }],
    ['in a fragment', `query ($n: Int = 5) { ...F } fragment F on Query { lamps(first: $n) ${name} }`, { n: null }],
    ['of a condition', 'query ($n: Boolean = true) { name @include(if: $n) }', { n: null }],
    ['that is null itself', `query ($n: Int = null) { lamps(first: $n) ${name} }`, {}],
  ])('%s is a fault', (_, source, variables) => {
    expect(faultOf(source, variables)).toMatch(/^Variable "\$n" must not be null: .*"(Int|String|Boolean)!"/);
  });

  test.each([
    ['is not null', `query ($n: Int = 5) { lamps(first: $n) ${name} }`, { n: 1 }],
    ['is absent', `query ($n: Int) { lamps(first: $n) ${name} }`, {}],
    ['may be null there', `query ($s: Shade = DARK) { lamps(shade: $s) ${name} }`, { s: null }],
    ['is left out', `query ($n: Int = 5) { lamps(first: $n) @skip(if: true) ${name} }`, { n: null }],
    [
      'is left out by a variable',
      `query ($n: Int = 5, $no: Boolean!) { ...F @include(if: $no) } fragment F on Query { lamps(first: $n) ${name} }`,
      { n: null, no: false },
    ],
  ])('is none where it %s', (_, source, variables) => {
    expect(faultOf(source, variables)).toBeUndefined();
  });
});

it('a server answers it as the fault of its caller, and has nothing to log', async () => {
  const { log, lines } = recordedLog();
  const server = new ApolloServer({ schema, plugins: [checkInput], formatError: errorFormatter(log) });
  const query = 'query ($n: Int = 5) { buy(lamp: { name: "a", count: $n }) }';
  const { body, http } = await server.executeOperation({ query, variables: { n: null } });
  await server.stop();
  expect(http.status).toBe(400);
  expect(body.kind === 'single' && body.singleResult.errors).toMatchObject([
    { message: expect.stringContaining('"lamp"'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
});
