/** A payment method on file: the provider's token for it, and what a customer knows it by. Never the method itself. */
import type { PaymentMethodId, UserId } from '#contracts/ids.ts';
import type { DeclineReason } from './provider-results.ts';

/**
 * SAVING: the provider is asked to keep it. ACTIVE: can be paid with. REFUSED: the provider would not keep it; the row answers
 * retries. One that is removed is hidden and unusable at once (`removedAt`), and its row goes when the provider has let it go.
 */
export type PaymentMethodState = 'SAVING' | 'ACTIVE' | 'REFUSED';

/** What a provider tells of a card or account, for display. */
export interface MethodDetails {
  /** `visa`, `sepa_debit` …, in the provider's words. */
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expiryMonth: number | null;
  readonly expiryYear: number | null;
}

export interface PaymentMethod extends MethodDetails {
  readonly id: PaymentMethodId;
  readonly customerId: UserId;
  readonly provider: string;
  readonly state: PaymentMethodState;
  /** The provider's own ids of the method and of its owner, once known. */
  readonly reference: string | null;
  readonly customerReference: string | null;
  /** Why it was refused. */
  readonly declineReason: DeclineReason | null;
  readonly reasonText: string | null;
  /** The provider's token, until the method is saved or refused. */
  readonly secret: string | null;
  readonly tries: number;
  readonly removedAt: Date | null;
  readonly createdAt: Date;
}

/** By which the provider finds a method and its owner again. */
export interface SavedMethodReference {
  readonly reference: string;
  readonly customerReference: string | null;
}

/** Of `saveMethod`. Final, as every result; anything thrown means "unknown". */
export type SaveMethodResult =
  | ({
      readonly kind: 'methodSaved';
      readonly reference: string;
      readonly customerReference: string | null;
    } & MethodDetails)
  | { readonly kind: 'methodRefused'; readonly reason: DeclineReason; readonly message: string };

// 20: more cards than anybody has in a wallet; each one is a call to the provider.
export const mostPaymentMethods = 20;

export const isUsable = ({ state, removedAt }: Pick<PaymentMethod, 'state' | 'removedAt'>): boolean =>
  state === 'ACTIVE' && removedAt === null;

/** One call each: a provider attaches and detaches a method once, whatever the key, so the key never has to change. */
export const methodKey = ({ id }: Pick<PaymentMethod, 'id'>, call: 'save' | 'remove'): string => `${id}-${call}`;

/** What an authorization is made with, and where the customer comes back to from an extra step. */
export type PayWith = ({ readonly token: string } | { readonly saved: SavedMethodReference }) & {
  readonly returnUrl?: string | undefined;
};

/** As the operation keeps it until its outcome is known. Tokens, references and addresses have no blanks, so that all differ. */
export const secretOf = ({ returnUrl, ...method }: PayWith): string => {
  const secret =
    'token' in method ? method.token : `saved ${method.saved.customerReference ?? '-'} ${method.saved.reference}`;
  return returnUrl === undefined ? secret : `returns ${new URL(returnUrl).href} ${secret}`;
};

export const payWith = (secret: string): PayWith => {
  if (!secret.includes(' ')) return { token: secret };
  const [kind, first, second, ...rest] = secret.split(' ') as [string, string, string, ...string[]];
  if (kind === 'returns') return { ...payWith([second, ...rest].join(' ')), returnUrl: first };
  return { saved: { reference: second, customerReference: first === '-' ? null : first } };
};
