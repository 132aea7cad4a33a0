import { describe, expect, it } from 'vitest';
import { metricIn, redisMetersIn } from './messaging-meters.ts';

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
