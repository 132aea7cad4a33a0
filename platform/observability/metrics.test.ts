import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seriesOf } from '#kit/observability/series.ts';
import { createMetrics, memoryLimitBytes, Registry, scrapeTimeGauges } from './metrics.ts';

const plain = { name: 'lamps', help: 'Lamps.', read: ({ lamps }: { lamps: number }) => lamps };
const byColour = {
  name: 'lamps_by_colour',
  help: 'Lamps, by colour.',
  labelNames: ['colour'],
  read: ({ lamps }: { lamps: number }) => [[{ colour: 'red' }, lamps]] as const,
};

it('asks once for all gauges of a scrape, and again at the next', async () => {
  const registry = new Registry();
  let asked = 0;
  scrapeTimeGauges(registry, async () => ({ lamps: ++asked }), [plain, byColour]);
  expect(await seriesOf(registry)).toEqual({ lamps: 1, 'lamps_by_colour{colour="red"}': 1 });
  expect(await seriesOf(registry)).toEqual({ lamps: 2, 'lamps_by_colour{colour="red"}': 2 });
});

it('has no series while there is no answer, and has them again afterwards', async () => {
  const registry = new Registry();
  let isAway = true;
  const ask = async () => {
    if (isAway) throw new Error('away');
    return { lamps: 7 };
  };
  scrapeTimeGauges(registry, ask, [plain, byColour]);
  expect(await seriesOf(registry)).toEqual({});
  expect(await registry.metrics()).toContain('# TYPE lamps gauge');
  isAway = false;
  expect(await seriesOf(registry)).toMatchObject({ lamps: 7 });
  isAway = true;
  expect(await seriesOf(registry)).toEqual({});
});

it('forgets labels that are no longer spoken of', async () => {
  const registry = new Registry();
  const colours = ['red', 'blue'];
  const read = () => colours.map((colour) => [{ colour }, 1] as const);
  scrapeTimeGauges(registry, async () => ({ lamps: 1 }), [{ ...byColour, read }]);
  expect(Object.keys(await seriesOf(registry))).toHaveLength(2);
  colours.pop();
  expect(await seriesOf(registry)).toEqual({ 'lamps_by_colour{colour="red"}': 1 });
});

it('does not wait for a question that hangs, nor asks again before it has ended', async () => {
  const registry = new Registry();
  let asked = 0;
  let answer: (value: { lamps: number }) => void = () => undefined;
  const ask = () => {
    asked++;
    return new Promise<{ lamps: number }>((resolve) => {
      answer = resolve;
    });
  };
  scrapeTimeGauges(registry, ask, [plain], 20);
  expect(await seriesOf(registry)).toEqual({});
  expect(await seriesOf(registry)).toEqual({});
  expect(asked).toBe(1);
  answer({ lamps: 3 });
  await pause(0);
  setTimeout(() => answer({ lamps: 4 }), 5);
  expect(await seriesOf(registry)).toEqual({ lamps: 4 });
  expect(asked).toBe(2);
});

const gibibyte = 2 ** 30;

describe('the memory limit', () => {
  it('is that of the container', () => {
    expect(memoryLimitBytes(0.25 * gibibyte, 8 * gibibyte)).toBe(0.25 * gibibyte);
  });

  it.each([0, 2 ** 64])('is the memory of the machine where no limit is set (%d)', (constrained) => {
    expect(memoryLimitBytes(constrained, 8 * gibibyte)).toBe(8 * gibibyte);
  });

  it('is on /metrics of every process', async () => {
    const text = await createMetrics('order').metrics();
    expect(text).toContain(`agora_process_memory_limit_bytes{service="order"} ${memoryLimitBytes()}\n`);
  });
});
