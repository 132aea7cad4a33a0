import { customerOf, type Viewer } from '#contracts/viewer.ts';
import type { Payment } from '../domain/payment.ts';
import type { Deps } from './ports.ts';
import { providerOf } from './run-operation.ts';

/**
 * What the provider's client library needs for the extra step. Asked of the provider each time and kept nowhere: with it anybody
 * could finish the payment. Null for everybody but its customer, staff included, and when there is no step to be taken.
 */
export const clientSecret =
  (deps: Deps) =>
  async (viewer: Viewer, { status, customerId, reference, provider }: Payment): Promise<string | null> => {
    if (status !== 'ACTION_REQUIRED' || reference === null || customerOf(viewer) !== customerId) return null;
    const signal = AbortSignal.timeout(deps.providerTimeoutMs);
    const result = await providerOf(deps, { provider }).lookup({ reference }, signal);
    return result.kind === 'actionRequired' ? (result.clientSecret ?? null) : null;
  };
