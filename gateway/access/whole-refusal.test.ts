import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { wholeRefusal } from './whole-refusal.ts';

const schema = buildSchema('type Query { mine: String }');
const decisions = new Map([['Query.mine', { access: 'signedIn', service: 'order' } as const]]);

const refusalOf = (source: string) => {
  const document = parse(source);
  const operation = document.definitions.find((node) => node.kind === 'OperationDefinition');
  if (!operation) throw new Error('a document without an operation');
  return wholeRefusal({ schema, document, operation, decisions }, guest);
};

test('one field is refused once, however often it is asked for', () => {
  expect(refusalOf('{ mine ...F } fragment F on Query { mine ... { mine } }')).toEqual({
    data: { mine: null },
    errors: [
      {
        message: 'Sign in to use Query.mine.',
        path: ['mine'],
        extensions: { code: 'UNAUTHENTICATED', service: 'order' },
      },
    ],
  });
});

test('a fragment bomb is looked at without going off', () => {
  const bomb = Array.from({ length: 200 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
    '\n',
  );
  expect(refusalOf(`{ ...F0 } ${bomb} fragment F200 on Query { mine }`)?.data).toEqual({ mine: null });
});
