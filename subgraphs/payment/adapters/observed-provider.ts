import type { Logger } from '#platform/observability/log.ts';
import { Histogram, type Registry } from '#platform/observability/metrics.ts';
import { inSpan, SpanKind } from '#platform/observability/tracing.ts';
import type { PaymentProvider } from '../usecases/ports.ts';

/** The same provider, with every call timed, counted by its outcome, and logged when there is no answer. */
export const observedProvider = (
  provider: PaymentProvider,
  { log, metrics }: { log: Logger; metrics: Registry },
): PaymentProvider => {
  const calls = new Histogram({
    name: 'payment_provider_call_seconds',
    help: 'Calls to the payment provider; outcome "unknown" is a call without an answer, which is made again.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
  const observe = async <A extends { readonly kind: string }>(
    operation: string,
    call: () => Promise<A>,
  ): Promise<A> => {
    const stop = calls.startTimer({ operation });
    try {
      const answer = await inSpan(`provider ${operation}`, { kind: SpanKind.CLIENT }, call);
      stop({ outcome: answer.kind });
      return answer;
    } catch (error) {
      stop({ outcome: 'unknown' });
      // The sentence and no more: a provider's error object may hold the request, and with it the customer's token.
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ reason, provider: provider.name, operation }, 'payment provider gave no answer; asked again later');
      throw error;
    }
  };
  return {
    name: provider.name,
    authorize: (request, call) => observe('authorize', () => provider.authorize(request, call)),
    confirm: (request, call) => observe('confirm', () => provider.confirm(request, call)),
    capture: (request, call) => observe('capture', () => provider.capture(request, call)),
    void: (request, call) => observe('void', () => provider.void(request, call)),
    refund: (request, call) => observe('refund', () => provider.refund(request, call)),
    lookup: (request, signal) => observe('lookup', () => provider.lookup(request, signal)),
  };
};
