import { describe, expect, it } from 'vitest';
import { busyShare, bytesIn, cpuSecondsIn, roleIn } from './proc.ts';

describe('the processor time of a process', () => {
  it('is found behind a name with brackets and spaces', () => {
    const stat = '42 (a) name (x) S 1 42 42 0 -1 4194304 900 0 0 0 250 50 700 30 20 0 11 0 12345 1000 200';
    expect(cpuSecondsIn(stat)).toEqual({ own: 3, ended: 7.3 });
  });
});

describe('a line of a status', () => {
  it('is told in bytes, and as none when it is not there', () => {
    const status = 'Name:\tnode\nVmHWM:\t  200 kB\nVmRSS:\t  100 kB\n';
    expect([bytesIn(status, 'VmRSS'), bytesIn(status, 'RssAnon')]).toEqual([102_400, 0]);
  });
});

describe('a process of PostgreSQL', () => {
  it('works for the role in its title', () => {
    expect(roleIn('postgres: order order 127.0.0.1(48324) UPDATE waiting')).toBe('order');
  });

  it('works for no client when it is one of the server itself', () => {
    expect(['postgres: checkpointer ', 'postgres: autovacuum worker order', ''].map(roleIn)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the share of the machine in use', () => {
  it('does not count waiting for the disk as work', () => {
    const before = 'cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n';
    const after = 'cpu  160 0 120 710 110 0 0 0 0 0\ncpu0 2 2 2 2\n';
    expect(busyShare(before, after)).toBeCloseTo(0.8);
  });
});
