/** A trace as text: one line a span, below what it hangs on, with a bar that shows when it ran. */
import type { SpanNode, Trace } from './traces.ts';

const barWidth = 40;

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
