/** What the queue counts: Redis in its own words, and messages as the services tell them at /metrics. */
import { Redis } from 'ioredis';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import type { Meters } from './meters.ts';

export interface MessagingMeters {
  read(): Promise<Meters>;
  /** Messages that wait in a queue or are in hand. */
  underWay(): Promise<number>;
  close(): Promise<void>;
}

/** The lines of `INFO` that only grow; the commands of a script count as well, as `commands`. */
export const redisMetersIn = (info: string): Meters => {
  const line = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 0);
  const calls = (name: string) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return {
    'cpu/Redis': line('used_cpu_user') + line('used_cpu_sys'),
    'redis/commands': line('total_commands_processed'),
    'redis/scripts': calls('evalsha') + calls('eval') + calls('fcall'),
    'redis/bytes in': line('total_net_input_bytes'),
    'redis/bytes out': line('total_net_output_bytes'),
  };
};

/** The sum of a metric over those of its lines that have all these texts. */
export const metricIn = (text: string, name: string, ...labels: string[]): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);

export const openMessagingMeters = (
  urls: Readonly<Record<SubgraphName, string>>,
  redisUrl: string | undefined,
): MessagingMeters => {
  const redis = redisUrl ? new Redis(redisUrl) : undefined;
  redis?.on('error', () => undefined);
  const scrape = async (name: SubgraphName): Promise<string> => (await fetch(`${urls[name]}/metrics`)).text();
  return {
    read: async () => {
      const meters: Record<string, number> = { ...(redis && redisMetersIn(await redis.info('everything'))) };
      for (const name of subgraphNames) {
        const text = await scrape(name);
        meters[`published/${name}`] = metricIn(text, 'agora_outbox_published_total');
        meters[`handled/${name}`] = metricIn(text, 'agora_messages_handled_total', 'outcome="done"');
        meters[`failed tries/${name}`] = metricIn(text, 'agora_messages_handled_total', 'outcome="failed"');
      }
      return meters;
    },
    underWay: async () => {
      const texts = await Promise.all(subgraphNames.map(scrape));
      const states = ['waiting', 'active', 'delayed'].map((state) => `state="${state}"`);
      return texts
        .flatMap((text) => states.map((state) => metricIn(text, 'agora_queue_messages', state)))
        .reduce((sum, messages) => sum + messages, 0);
    },
    close: async () => {
      redis?.disconnect();
    },
  };
};
