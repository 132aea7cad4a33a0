/** What staff can be told about changes of products, in their unions. */
import type { Failure } from '#contracts/result.ts';
import { type FieldFault, type Invalid, invalid, type LimitReached } from './failures.ts';

export interface SkuTaken extends Failure<'SkuTaken'> {
  readonly sku: string;
}
export const skuTaken = (sku: string): SkuTaken => ({
  kind: 'SkuTaken',
  message: `The SKU ${sku} is that of another variant.`,
  sku,
});

export type InvalidProduct = Invalid<'InvalidProduct'>;
export const invalidProduct = (...faults: readonly FieldFault[]): InvalidProduct => invalid('InvalidProduct', faults);

const publishingReasons = ['NO_TEXT', 'NO_VARIANT', 'NO_PRICE'] as const;
export type PublishingReason = (typeof publishingReasons)[number];

const said: Readonly<Record<PublishingReason, string>> = {
  NO_TEXT: "no text in the shop's language",
  NO_VARIANT: 'no variant on sale',
  NO_PRICE: "no variant with a price in the shop's currency",
};

export interface NotPublishable extends Failure<'NotPublishable'> {
  readonly reasons: readonly PublishingReason[];
}
export const notPublishable = (reasons: readonly PublishingReason[]): NotPublishable => ({
  kind: 'NotPublishable',
  message: `A product in the shop cannot have ${reasons.map((reason) => said[reason]).join(' and ')}.`,
  reasons,
});

export const tooManyScheduledPrices = (maximum: number): LimitReached => ({
  kind: 'LimitReached',
  message: `At most ${maximum} prices of a variant can be scheduled. Cancel one first.`,
  maximum,
});
