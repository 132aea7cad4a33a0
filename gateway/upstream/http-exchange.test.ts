import { expect, it } from 'vitest';
import { answerIn } from './http-exchange.ts';

const answer = (error: object) => JSON.stringify({ data: null, errors: [{ message: 'm', ...error }] });

it.each([
  ['a path that is a text', { path: 'a.b' }],
  ['a path that only looks like a list', { path: { length: 1, 0: 'a' } }],
  ['a path with a step that is no position', { path: ['a', -1] }],
  ['a path with a step of another kind', { path: ['a', { toString: 'b' }] }],
  ['extensions that are a text', { extensions: 'text' }],
  ['extensions that are a list', { extensions: ['code'] }],
  ['extensions that are null', { extensions: null }],
])('an error keeps its message and loses %s', (_, part) => {
  expect(answerIn(answer(part))).toEqual({ data: null, errors: [{ message: 'm' }] });
});

it('an error as specified stays as it is', () => {
  const error = {
    path: ['orders', 0, 'total'],
    extensions: { code: 'NOT_FOUND' },
    locations: [{ line: 1, column: 1 }],
  };
  expect(answerIn(answer(error))).toEqual({ data: null, errors: [{ message: 'm', ...error }] });
});

it.each(['', '[]', '{}', '{"data": "text"}', '{"errors": {}}', '{"errors": [null]}', '{"errors": [{"message": 1}]}'])(
  '%s is no answer',
  (text) => {
    expect(answerIn(text)).toBeUndefined();
  },
);
