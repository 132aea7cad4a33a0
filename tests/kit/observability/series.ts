import type { Registry } from '#platform/observability/metrics.ts';

/** What a scrape finds now: `{ 'agora_queue_messages{queue="a",state="dead"}': 1 }`. */
export const seriesOf = async (registry: Registry): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await registry.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
  );
