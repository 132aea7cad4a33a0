/** `npm run trace`: shows a trace out of a file that TRACES_FILE has written. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { SpanLine } from '#platform/observability/tracing-sdk.ts';

export interface SpanNode {
  readonly span: SpanLine;
  /** The earliest first. */
  readonly below: readonly SpanNode[];
}

export interface Trace {
  readonly traceId: string;
  readonly startedAt: string;
  readonly spans: readonly SpanLine[];
  /** One when the trace is complete: the request that started it. */
  readonly roots: readonly SpanNode[];
}

/** Latest last. The file may still be written to, so an incomplete last line is left out. */
export const readTraces = async (file: string): Promise<Trace[]> => {
  const text = await readFile(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const spans = lines.filter((line) => line !== '').map((line): SpanLine => JSON.parse(line));
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  return [...traces.values()].map(traceOf).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
};

/** `spans` are of one trace. One whose parent is missing, because it is not written yet or elsewhere, is a root. */
const traceOf = (spans: readonly SpanLine[]): Trace => {
  const ordered = spans.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  const ids = new Set(ordered.map(({ spanId }) => spanId));
  const children = Map.groupBy(ordered, ({ parentSpanId }) =>
    parentSpanId && ids.has(parentSpanId) ? parentSpanId : '',
  );
  const nodes = (parentId: string): SpanNode[] =>
    (children.get(parentId) ?? []).map((span) => ({ span, below: nodes(span.spanId) }));
  const [first] = ordered;
  return { traceId: first?.traceId ?? '', startedAt: first?.startedAt ?? '', spans: ordered, roots: nodes('') };
};

const barWidth = 40;

/** A trace as text: a line for each span below its parent, with a bar for when it ran. */
export const waterfall = ({ traceId, startedAt, spans, roots }: Trace): string => {
  const beganAt = Date.parse(startedAt);
  const endedAt = Math.max(...spans.map((span) => Date.parse(span.startedAt) + span.durationMs));
  const wholeMs = Math.max(endedAt - beganAt, 1);
  const services = new Set(spans.map(({ service }) => service));
  const heading = `${traceId}  ${startedAt}  ${Math.round(wholeMs)} ms, ${spans.length} spans of ${[...services].join(', ')}`;

  const line = ({ span }: SpanNode, depth: number): string => {
    const from = Math.round(((Date.parse(span.startedAt) - beganAt) / wholeMs) * barWidth);
    const length = Math.max(1, Math.round((span.durationMs / wholeMs) * barWidth));
    const bar = `${' '.repeat(Math.min(from, barWidth - 1))}${'█'.repeat(length)}`.slice(0, barWidth).padEnd(barWidth);
    const ms = span.durationMs.toFixed(span.durationMs < 10 ? 1 : 0).padStart(7);
    return `${bar} ${ms} ms  ${'  '.repeat(depth)}${span.service}: ${titleOf(span)}${span.failed ? '  ✗' : ''}`;
  };
  const lines = (nodes: readonly SpanNode[], depth: number): string[] =>
    nodes.flatMap((node) => [line(node, depth), ...lines(node.below, depth + 1)]);
  return [heading, ...lines(roots, 0)].join('\n');
};

const titleOf = ({ name, attributes }: SpanNode['span']): string => {
  const what = attributes['graphql.operation.name'] ?? attributes.service ?? attributes['agora.messages'];
  return what === undefined ? name : `${name} (${what})`;
};

const help = `usage: npm run trace -- FILE [TRACE]
  Shows a trace of FILE, which services with TRACES_FILE=FILE write.
  TRACE                 an id, or the name of an operation (PlaceOrder): the latest of that name; else the latest of all
  --list                which traces there are, one a line`;

const run = async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [file = process.env.TRACES_FILE, wanted] = positionals;
  if (values.help) return console.log(help);
  if (!file) throw new Error(`name the FILE, or set TRACES_FILE\n${help}`);
  const traces = await readTraces(file);
  const rootOf = (trace: (typeof traces)[number]) => trace.roots[0]?.span;
  if (values.list)
    for (const trace of traces) {
      const root = rootOf(trace);
      const name = root?.attributes['graphql.operation.name'] ?? root?.name;
      console.log(`${trace.traceId}  ${trace.startedAt}  ${String(trace.spans.length).padStart(4)} spans  ${name}`);
    }
  else {
    const found = traces.findLast(
      (trace) =>
        !wanted || trace.traceId.startsWith(wanted) || rootOf(trace)?.attributes['graphql.operation.name'] === wanted,
    );
    if (!found) throw new Error(`no such trace in ${file}`);
    console.log(waterfall(found));
  }
};

if (import.meta.main)
  await run().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
