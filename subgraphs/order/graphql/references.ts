/** Things of other subgraphs, which we know by their id only. */
import type { UserId, VariantId } from '#contracts/ids.ts';

export interface UserReference {
  readonly id: UserId;
}
export interface VariantReference {
  readonly id: VariantId;
}

/** The `variant` field of all that speaks of one. */
export const variant = ({ variantId }: { readonly variantId: VariantId }): VariantReference => ({ id: variantId });
