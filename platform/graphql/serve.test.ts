import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { errorFormatter } from './serve.ts';

const shown = (original: Error) => {
  const { log, lines } = recordedLog();
  const error = new GraphQLError(original.message, { originalError: original, path: ['addToCart'] });
  return { ...errorFormatter(log)(error.toJSON(), error), levels: lines.map(({ level }) => level) };
};

const [warn, error] = [40, 50];

it('marks contention as retryable, without an error in the log', () => {
  const busy = Object.assign(new Error('secret'), {
    meta: { driverAdapterError: { cause: { originalCode: '55P03' } } },
  });
  expect(shown(busy)).toMatchObject({
    message: expect.not.stringContaining('secret'),
    path: ['addToCart'],
    extensions: { code: 'RESOURCE_BUSY' },
    levels: [warn],
  });
});

it('masks a bug', () => {
  expect(shown(new TypeError('secret'))).toMatchObject({
    message: expect.not.stringContaining('secret'),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
    levels: [error],
  });
});

it('calls what a scalar refuses in a document an input, not a document that the gateway got wrong', () => {
  const refused = new GraphQLError('DateTime must be …', { extensions: { code: 'BAD_USER_INPUT' } });
  const { log } = recordedLog();
  const error = new GraphQLError(refused.message, {
    originalError: refused,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
  expect(errorFormatter(log)(error.toJSON(), error).extensions).toEqual({ code: 'BAD_USER_INPUT' });
});
