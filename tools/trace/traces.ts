/** The lines of a file of traces, put together again: which span hangs below which. */
import { readFile } from 'node:fs/promises';
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
  /** One, when the trace is whole: the request that began it. */
  readonly roots: readonly SpanNode[];
}

/** The latest last. The end of a file that is being written to may be half a line, which is left out. */
export const readTraces = async (file: string): Promise<Trace[]> => {
  const text = await readFile(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const spans = lines.filter((line) => line !== '').map((line): SpanLine => JSON.parse(line));
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  return [...traces.values()].map(traceOf).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
};

/** `spans` are of one trace. One whose parent is not among them is a root: the parent is not written yet, or elsewhere. */
export const traceOf = (spans: readonly SpanLine[]): Trace => {
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
