/** The hop from the outbox to a queue, as a span of the message's own trace. */
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Bus, BusJob } from '../messaging/bus/bus.ts';
import { traceparentIn, withRemoteParent } from './context.ts';
import { markFailed, type Span, SpanKind, startSpan } from './tracing.ts';

/**
 * Publishes; each job has a span below the one that wrote its message, and takes its own trace context along, so that
 * the consumer's span hangs below this one. A message that was written outside a trace begins none.
 */
export const publishInSpans = async (bus: Bus, jobs: readonly BusJob[]): Promise<void> => {
  const hops = jobs.map(hop);
  const spans = hops.flatMap(({ span }) => span ?? []);
  try {
    await bus.publish(hops.map(({ job }) => job));
  } catch (error) {
    for (const span of spans) markFailed(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
};

const hop = (job: BusJob): { job: BusJob; span?: Span } => {
  const { queue, message } = job;
  if (!message.traceparent) return { job };
  const span = startSpan(
    `publish ${message.type}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: { 'messaging.destination.name': queue, 'messaging.message.id': message.id },
    },
    withRemoteParent(ROOT_CONTEXT, message.traceparent),
  );
  const traceparent = traceparentIn(trace.setSpan(ROOT_CONTEXT, span)) ?? message.traceparent;
  return { job: { queue, message: { ...message, traceparent } }, span };
};
