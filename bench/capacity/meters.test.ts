import { describe, expect, it } from 'vitest';
import { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { plentifulCatalogue, variantIdsOf } from './catalogue.ts';
import { metricIn, redisMetersIn } from './messaging-meters.ts';
import { between, namesOf, percentile, perMinuteAndCore, perThousand, withoutIdle } from './meters.ts';
import { busyShare, bytesIn, cpuSecondsIn, roleIn } from './process-meters.ts';

describe('meters', () => {
  it('count what was added, also by a meter that was not there before', () => {
    expect(between({ 'cpu/order': 3 }, { 'cpu/order': 5, 'cpu/payment': 2 })).toEqual({
      'cpu/order': 2,
      'cpu/payment': 2,
    });
  });

  it('leave out what idling costs in that time', () => {
    expect(withoutIdle({ 'cpu/order': 5 }, { 'cpu/order': 0.1 }, 20)).toEqual({ 'cpu/order': 3 });
  });

  it('keep every byte that was written', () => {
    expect(withoutIdle({ 'wal bytes/order': 5 }, { 'wal bytes/order': 0.1 }, 20)).toEqual({ 'wal bytes/order': 5 });
  });

  it('are reported per thousand', () => {
    expect(perThousand({ 'cpu/order': 5 }, 250)).toEqual({ 'cpu/order': 20 });
  });

  it('name what they are about', () => {
    expect(namesOf({ 'cpu/order': 1, 'cpu/database order': 1, 'wal/order': 1 }, 'cpu')).toEqual([
      'order',
      'database order',
    ]);
  });
});

describe('what one core gives', () => {
  it('puts first what needs most of it', () => {
    const rates = perMinuteAndCore({ 'cpu/gateway': 6, 'cpu/order': 20, 'cpu/user': 0 });
    expect(rates).toEqual([
      { name: 'order', perMinute: 3_000 },
      { name: 'gateway', perMinute: 10_000 },
    ]);
  });
});

describe('a percentile', () => {
  it('is one of the numbers', () => {
    const sorted = [1, 2, 3, 4];
    expect([percentile(sorted, 0.5), percentile(sorted, 0.95), percentile(sorted, 1)]).toEqual([3, 4, 4]);
  });
});

describe('the meters of Redis', () => {
  it('are read from its own report', () => {
    const info = [
      '# CPU',
      'used_cpu_sys:1.5',
      'used_cpu_user:2.25',
      'used_cpu_user_children:9.000000',
      'total_commands_processed:120',
      'cmdstat_evalsha:calls=30,usec=99,usec_per_call=3.3',
      'total_net_input_bytes:1000',
      'total_net_output_bytes:2000',
    ].join('\r\n');
    expect(redisMetersIn(info)).toEqual({
      'cpu/Redis': 3.75,
      'redis/commands': 120,
      'redis/scripts': 30,
      'redis/bytes in': 1_000,
      'redis/bytes out': 2_000,
    });
  });
});

describe('a metric', () => {
  const text = [
    '# TYPE agora_queue_messages gauge',
    'agora_queue_messages{queue="order",state="waiting",service="order"} 3',
    'agora_queue_messages{queue="order",state="dead",service="order"} 4',
    'agora_queue_messages_more{state="waiting"} 50',
  ].join('\n');

  it('is summed over the lines that have the labels', () => {
    expect(metricIn(text, 'agora_queue_messages')).toBe(7);
    expect(metricIn(text, 'agora_queue_messages', 'state="waiting"', 'queue="order"')).toBe(3);
  });
});

describe('the processor time of a process', () => {
  it('is found behind a name with brackets and spaces', () => {
    const stat = '42 (a) name (x) S 1 42 42 0 -1 4194304 900 0 0 0 250 50 700 30 20 0 11 0 12345 1000 200';
    expect(cpuSecondsIn(stat)).toEqual({ own: 3, ended: 7.3 });
  });
});

describe('a line of a status', () => {
  it('is reported in bytes, and as none when it is missing', () => {
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

describe('the catalogue that is bought from', () => {
  it('has as many variants as asked for, each with stock', () => {
    const catalogue = plentifulCatalogue(25);
    const ids = variantIdsOf(catalogue);
    expect(new Set(ids).size).toBe(25);
    expect(ids.every((id) => (catalogue.initialStock[id] ?? 0) > 0)).toBe(true);
  });

  it('is one that the product subgraph takes', () => {
    expect(CatalogueImport.safeParse(plentifulCatalogue(11)).error).toBeUndefined();
  });
});
