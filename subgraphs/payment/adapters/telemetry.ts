/** Metrics, spans and log lines about the payment provider. */
import type { Logger } from '#platform/observability/log.ts';
import { Counter, Gauge, Histogram, type Registry } from '#platform/observability/metrics.ts';
import { inSpan, SpanKind } from '#platform/observability/tracing.ts';
import { ProviderFault, type ProviderState } from '../domain/provider-results.ts';
import type { Telemetry } from '../usecases/ports.ts';
import type { PaymentProvider } from '../usecases/provider.ts';

/** One for all providers of a process. */
const requestDuration = (metrics: Registry): Histogram => {
  const name = 'agora_payment_provider_request_duration_seconds';
  const known = metrics.getSingleMetric(name);
  if (known) return known as Histogram;
  return new Histogram({
    name,
    help: 'Requests to the payment provider; outcome "unknown" is a request without an answer, which is retried.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
};

/** Wraps a provider: every call is timed, counted by its outcome, and logged when there is no answer. */
export const observedProvider = (
  provider: PaymentProvider,
  { log, metrics }: { log: Logger; metrics: Registry },
): PaymentProvider => {
  const requests = requestDuration(metrics);
  const timed = async <R>(operation: string, call: () => Promise<R>, outcomeOf: (result: R) => string): Promise<R> => {
    const stop = requests.startTimer({ operation });
    try {
      const result = await inSpan(`provider ${operation}`, { kind: SpanKind.CLIENT }, call);
      stop({ outcome: outcomeOf(result) });
      return result;
    } catch (error) {
      stop({ outcome: 'unknown' });
      // Only the message: a provider's error object may hold the request, and with it the customer's token.
      const reason = error instanceof Error ? error.message : String(error);
      const what = { reason, provider: provider.name, operation };
      if (error instanceof ProviderFault && error.alert) log.error(what, 'payment provider refuses us; see to it');
      else log.warn(what, 'payment provider request failed; will be retried');
      throw error;
    }
  };
  const observe = <R extends { readonly kind: string }>(operation: string, call: () => Promise<R>): Promise<R> =>
    timed(operation, call, ({ kind }) => kind);
  const found = (result: ProviderState | undefined) => (result ? 'found' : 'none');
  return {
    name: provider.name,
    capturesInParts: provider.capturesInParts,
    keepsKeysForMs: provider.keepsKeysForMs,
    authorize: (request, call) => observe('authorize', () => provider.authorize(request, call)),
    confirm: (request, call) => observe('confirm', () => provider.confirm(request, call)),
    capture: (request, call) => observe('capture', () => provider.capture(request, call)),
    void: (request, call) => observe('void', () => provider.void(request, call)),
    refund: (request, call) => observe('refund', () => provider.refund(request, call)),
    saveMethod: (request, call) => observe('save_method', () => provider.saveMethod(request, call)),
    removeMethod: async (request, call) => {
      await observe('remove_method', async () => {
        await provider.removeMethod(request, call);
        return { kind: 'methodRemoved' };
      });
    },
    state: (request, signal) => timed('state', () => provider.state(request, signal), found),
    find: (request, signal) => timed('find', () => provider.find(request, signal), found),
    ...(provider.list && { list: provider.list }),
    lookup: (request, signal) => observe('lookup', () => provider.lookup(request, signal)),
  };
};

/** What operators see of results and webhooks that make no sense. */
export const telemetry = (log: Logger, metrics: Registry): Telemetry => {
  const registers = [metrics];
  const contradictions = new Counter({
    name: 'agora_payment_provider_contradictions_total',
    help: 'Results of the payment provider about another amount or currency than was requested.',
    registers,
  });
  const unreadable = new Counter({
    name: 'agora_payment_unreadable_webhooks_total',
    help: 'Webhooks that were signed but unreadable; kept in unreadable_webhook.',
    registers,
  });
  const refused = new Counter({
    name: 'agora_payment_webhooks_refused_total',
    help: 'Webhooks that were refused at the door: without a valid, recent signature, or too large.',
    labelNames: ['provider'],
    registers,
  });
  const ended = new Counter({
    name: 'agora_payment_provider_events_not_processed_total',
    help: 'Webhooks that were ignored because they are of another account or mode (IGNORED), or given up (FAILED).',
    labelNames: ['provider', 'state'],
    registers,
  });
  // Without labels, so that each begins at 0: the first difference is an increase, which an alert sees.
  const differences = {
    REPAIRED: new Counter({
      name: 'agora_payment_differences_repaired_total',
      help: "Payments whose money was another in our books than in the provider's, until it was booked.",
      registers,
    }),
    LEFT: new Counter({
      name: 'agora_payment_differences_left_total',
      help: "Payments whose money is another in our books than in the provider's, which a person has to look at.",
      registers,
    }),
  };
  const behind = new Gauge({
    name: 'agora_payment_reconciliation_behind_seconds',
    help: "How late the comparison of our books with the provider's is, by its pass over them.",
    labelNames: ['provider', 'pass'],
    registers,
  });
  return {
    reconciled: (provider, pass, behindMs) => behind.set({ provider, pass }, behindMs / 1_000),
    differs: (difference) => {
      const outcome = difference.outcome === 'REPAIRED' ? 'REPAIRED' : 'LEFT';
      differences[outcome].inc();
      const level = outcome === 'REPAIRED' ? 'warn' : 'error';
      log[level](difference, `payment differs from its provider's: ${outcome.toLowerCase()}`);
    },
    // Not the body: a stranger wrote it.
    refusedWebhook: (provider, why) => {
      refused.inc({ provider });
      log.warn({ provider, why }, 'webhook refused');
    },
    eventEnded: ({ id, provider, eventId, type, account, state, reason }) => {
      ended.inc({ provider, state });
      const level = state === 'FAILED' ? 'error' : 'warn';
      log[level]({ id, provider, eventId, type, account, reason }, `provider event ${state.toLowerCase()}`);
    },
    contradicted: ({ id, attemptId, orderId, provider }, fault) => {
      contradictions.inc();
      log.error({ paymentId: id, attemptId, orderId, provider, fault }, 'payment provider contradicts the request');
    },
    // Not the body: it may hold what does not belong in a log.
    unreadable: ({ provider, body, unreadableBecause }) => {
      unreadable.inc();
      log.error({ provider, bytes: body.length, reason: unreadableBecause }, 'signed webhook is unreadable; kept');
    },
  };
};
