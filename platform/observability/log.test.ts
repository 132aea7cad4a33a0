import { describe, expect, it } from 'vitest';
import { runInContext } from './context.ts';
import { contextInLog, errorInLog } from './log.ts';

describe('an error in the log', () => {
  it('shows what went wrong, and why', () => {
    const cause = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' });
    expect(errorInLog(new Error('no answer', { cause }))).toMatchObject({
      type: 'Error',
      message: 'no answer',
      stack: expect.stringContaining('log.test.ts'),
      cause: { type: 'TypeError', message: 'refused', code: 'ECONNREFUSED' },
    });
  });

  it('shows every reason of an error that is several', () => {
    const refused = new AggregateError([new Error('refused on ::1'), new Error('refused on 127.0.0.1')], '');
    expect(errorInLog(refused).message).toBe('Error: refused on ::1; Error: refused on 127.0.0.1');
  });

  it('does not show what else hangs on it', () => {
    const error = Object.assign(new Error('check violated'), { meta: { detail: 'Failing row contains (tok_secret)' } });
    expect(JSON.stringify(errorInLog(error))).not.toContain('tok_secret');
  });

  it('may be anything, also its own cause', () => {
    expect(errorInLog('oops')).toEqual({ type: 'string', message: 'oops' });
    const error = new Error('round and round');
    error.cause = error;
    expect(JSON.stringify(errorInLog(error)).match(/round and round"/g)).toHaveLength(5);
  });
});

describe('every line', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';

  it('has the IDs of its request and trace', () => {
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    expect(runInContext({ correlationId: 'one', traceparent }, contextInLog)).toEqual({
      correlationId: 'one',
      traceId,
    });
    expect(runInContext({ correlationId: 'two' }, contextInLog)).toEqual({ correlationId: 'two' });
  });

  it('has no request ID outside of a request', () => {
    expect(contextInLog()).toEqual({});
  });
});
