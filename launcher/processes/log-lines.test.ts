import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readable } from './log-lines.ts';

const plain = (service: string, line: string): string => stripVTControlCharacters(readable(service, line));

describe('readable', () => {
  it('turns a JSON log line into one for reading', () => {
    const line = {
      level: 'info',
      time: '2026-01-31T12:00:01.123Z',
      service: 'order',
      number: 'A-1',
      lines: 2,
      msg: 'placed',
    };
    expect(plain('order', JSON.stringify(line))).toBe('order    │ 12:00:01 info placed number=A-1 lines=2');
  });

  it('shows the stack of an error', () => {
    const line = {
      level: 'error',
      time: '2026-01-31T12:00:01Z',
      msg: 'failed',
      err: { message: 'no', stack: 'Error: no\n  at x' },
    };
    expect(plain('order', JSON.stringify(line))).toBe('order    │ 12:00:01 error failed\nError: no\n  at x');
  });

  it.each(['plain text', '{ not json', '[1]', '{"no":"message"}'])('leaves %s as it is', (line) => {
    expect(plain('user', line)).toBe(`user     │ ${line}`);
  });
});
