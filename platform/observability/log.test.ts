import { describe, expect, it } from 'vitest';
import { runInContext } from './context.ts';
import { contextInLog, createLog, errorInLog, type Logger } from './log.ts';

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

describe('a card number in a line', () => {
  const written = (write: (log: Logger) => void): string => {
    let line = '';
    write(
      createLog(
        { service: 'payment', level: 'info' },
        {
          write: (text) => {
            line += text;
          },
        },
      ),
    );
    return line;
  };

  it.each<[where: string, (log: Logger) => void]>([
    ['the message', (log) => log.info('card 4242 4242 4242 4242 was refused')],
    ['a field', (log) => log.info({ deep: [{ 'user-agent': 'pan=4242424242424242' }] }, 'asked')],
    ['a number', (log) => log.info({ pan: 4_242_424_242_424_242 }, 'asked')],
    ['a field of a child', (log) => log.child({ ticket: '4242-4242-4242-4242' }).info('asked')],
    [
      'an error, its stack and its cause',
      (log) => log.error({ err: new Error('a', { cause: new Error('no 4242424242424242') }) }),
    ],
  ])('is masked in %s', (_, write) => {
    const line = written(write);
    expect(line.replaceAll(/[ -]/g, '')).not.toContain('42424242');
    expect(JSON.stringify(JSON.parse(line))).toContain('[card number …4242]');
    expect(line).toMatch(/^[^\n]*\n$/);
  });

  it('changes no other line', () => {
    expect(
      JSON.parse(written((log) => log.info({ ean: '4006381333931', at: 1_732_662_000_003 }, 'asked'))),
    ).toMatchObject({
      ...{ ean: '4006381333931', at: 1_732_662_000_003 },
    });
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
