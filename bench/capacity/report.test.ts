import { describe, expect, it } from 'vitest';
import type { Phase } from './phase.ts';
import { coreLines, growthTable, type Measured, usageTable } from './report.ts';

const phase = (perThousand: Phase['perThousand']): Phase => ({
  name: 'orders',
  count: 100,
  startedAt: new Date(0),
  perThousand,
  perMinute: 300,
  cores: {},
  machineBusy: 0.5,
  peakBytes: { order: 104_857_600 },
});

const measured = (perThousand: Phase['perThousand']): Measured => ({
  transport: 'private redis',
  cores: 2,
  atOnce: 4,
  linesPerOrder: 1,
  phases: [phase(perThousand)],
  orderTimes: {},
  idle: { perSecond: { 'cpu/order': 0.01 }, peakBytes: { order: 52_428_800 } },
  ceilings: [],
});

const rowOf = (table: string, name: string) =>
  table
    .split('\n')
    .find((line) => line.trim().startsWith(name))
    ?.trim()
    .split(/\s{2,}/);

describe('the table of usage', () => {
  it('has a row for each meter: the load for a thousand, idling for a minute', () => {
    expect(rowOf(usageTable(measured({ 'cpu/order': 12.345 })), 'order')).toEqual(['order', '12.35', '0.60']);
  });

  it('shows a dash where a load takes no more than idling does', () => {
    const table = usageTable(measured({ 'cpu/order': 1, 'cpu/user': -0.4, 'statements/user': 3 }));
    expect(table).not.toContain('-0.4');
    expect(rowOf(table, 'user')).toEqual(['user', '3', '–']);
  });

  it('reports memory in MiB', () => {
    expect(usageTable(measured({}))).toMatch(/order\s+100\s+50$/m);
  });
});

describe('the table of growth', () => {
  it('names the tables that an order adds rows to, and no others', () => {
    const table = growthTable(
      measured({
        'rows/order.order_line': 1_000,
        'table bytes/order.order_line': 204_800,
        'rows/order.cart_line': 0,
        'table bytes/order.cart_line': 8_192,
      }),
    );
    expect(rowOf(table, 'order.order_line')).toEqual(['order.order_line', '1.00', '200', '205']);
    expect(table).not.toContain('cart_line');
  });
});

describe('what one core would do', () => {
  it('leaves the customers out', () => {
    const lines = coreLines(measured({ 'cpu/order': 60, 'cpu/the load itself': 120 }));
    expect(rowOf(lines, 'order')).toEqual(['order', '1000']);
    expect(lines).not.toContain('the load itself');
  });
});
