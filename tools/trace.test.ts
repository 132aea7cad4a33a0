import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SpanLine } from '#platform/observability/tracing-sdk.ts';
import { readTraces, waterfall } from './trace.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'agora-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

const noon = Date.parse('2026-01-02T12:00:00.000Z');
const aSpan = (id: string, atMs: number, durationMs: number, more: Partial<SpanLine> = {}): SpanLine => ({
  traceId: 't1',
  spanId: id,
  service: 'gateway',
  name: id,
  kind: 'INTERNAL',
  startedAt: new Date(noon + atMs).toISOString(),
  durationMs,
  failed: false,
  attributes: {},
  ...more,
});
const fileOf = (spans: readonly SpanLine[], end = ''): string => {
  const file = path.join(folder, 'traces.jsonl');
  writeFileSync(file, spans.map((span) => `${JSON.stringify(span)}\n`).join('') + end);
  return file;
};

it('puts spans below their parents, whichever process wrote them first', async () => {
  const spans = [
    aSpan('statement', 20, 10, { parentSpanId: 'call', service: 'order' }),
    aSpan('call', 10, 80, { parentSpanId: 'request' }),
    aSpan('request', 0, 100, { attributes: { 'graphql.operation.name': 'Cart' } }),
    aSpan('plan', 5, 1, { parentSpanId: 'request', failed: true }),
  ];
  const [trace] = await readTraces(fileOf(spans));
  if (!trace) throw new Error('no trace');
  const [heading, ...lines] = waterfall(trace).split('\n');
  expect(heading).toContain('t1  2026-01-02T12:00:00.000Z  100 ms, 4 spans of gateway, order');
  expect(lines.map((line) => line.slice(53))).toEqual([
    'gateway: request (Cart)',
    '  gateway: plan  ✗',
    '  gateway: call',
    '    order: statement',
  ]);
  expect(lines.map((line) => line.slice(0, 40).trimEnd())).toEqual([
    '█'.repeat(40),
    `${' '.repeat(2)}█`,
    `${' '.repeat(4)}${'█'.repeat(32)}`,
    `${' '.repeat(8)}${'█'.repeat(4)}`,
  ]);
});

it('has a span without its parent stand by itself, and traces in the order of their beginning', async () => {
  const file = fileOf([
    aSpan('late', 50, 1, { traceId: 't2' }),
    aSpan('child', 10, 1, { parentSpanId: 'not here' }),
    aSpan('root', 0, 100),
  ]);
  const traces = await readTraces(file);
  expect(traces.map(({ traceId }) => traceId)).toEqual(['t1', 't2']);
  expect(traces[0]?.roots.map(({ span }) => span.spanId)).toEqual(['root', 'child']);
});

it('reads a file that is being written to', async () => {
  expect(await readTraces(fileOf([aSpan('root', 0, 1)], '{"traceId": "t1", "spa'))).toHaveLength(1);
  expect(await readTraces(fileOf([]))).toEqual([]);
});

it('fails without a file, printing its usage', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/trace.ts'], { env: {}, encoding: 'utf8' });
  expect(stderr).toContain('npm run trace -- FILE');
  expect(status).toBe(1);
});
