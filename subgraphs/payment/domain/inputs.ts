/** Everything that can reach a payment. */
import type { Money } from '#contracts/money.ts';
import type { Answer } from './answers.ts';

export type Input =
  | { readonly kind: 'authorize' | 'cancel' }
  | { readonly kind: 'capture'; readonly amount: Money }
  | { readonly kind: 'confirm'; readonly code: string }
  | Answer;
