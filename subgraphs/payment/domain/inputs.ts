/** Everything that can reach a payment. */
import type { Money } from '#contracts/money.ts';
import type { ProviderResult } from './provider-results.ts';

export type Input =
  | { readonly kind: 'authorize' | 'cancel' }
  | { readonly kind: 'capture'; readonly amount: Money }
  | { readonly kind: 'confirm'; readonly code: string }
  | ProviderResult;
