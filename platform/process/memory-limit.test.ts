import { describe, expect, it } from 'vitest';
import { createMetrics, memoryLimitBytes } from '../observability/metrics.ts';

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
