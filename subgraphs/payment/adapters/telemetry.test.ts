import { expect, test } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { type Fate, providerFrom, providerModel } from '#kit/payment/provider-model.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { observedProvider } from './telemetry.ts';

test('passes results and errors through, counts both, and logs only the errors, without the token', async () => {
  const metrics = createMetrics('payment');
  const { log, lines } = recordedLog();
  const fates: Fate[] = ['request lost', 'arrives'];
  const model = providerModel({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 0 });
  const provider = observedProvider(
    providerFrom(model, async () => fates.shift() ?? 'arrives'),
    { log, metrics },
  );
  const { attemptId, orderId, amount } = aPayment();
  const request = { attemptId, orderId, amount, method: { token: 'tok_secret' } };
  const call = { key: 'k', signal: AbortSignal.timeout(1_000) };
  await expect(provider.authorize(request, call)).rejects.toThrow('connection refused');
  expect(await provider.authorize(request, call)).toMatchObject({ kind: 'approved' });

  const text = await metrics.metrics();
  expect(text).toMatch(
    /agora_payment_provider_request_duration_seconds_count\{[^}]*operation="authorize",outcome="unknown"[^}]*\} 1/,
  );
  expect(text).toMatch(
    /agora_payment_provider_request_duration_seconds_count\{[^}]*operation="authorize",outcome="approved"[^}]*\} 1/,
  );
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('tok_secret');
});
