/** What staff can be told about changes of products, in their unions. */
import type { Failure } from '#contracts/result.ts';

export interface SkuTaken extends Failure<'SkuTaken'> {
  readonly sku: string;
}
export const skuTaken = (sku: string): SkuTaken => ({
  kind: 'SkuTaken',
  message: `The SKU ${sku} is that of another variant.`,
  sku,
});

/** What a form can mend. */
export interface ProductFault {
  /** Such as `texts.en.title`, `variants.0.sku`. */
  readonly path: string;
  readonly message: string;
}

export interface InvalidProduct extends Failure<'InvalidProduct'> {
  readonly faults: readonly ProductFault[];
}
export const invalidProduct = (...faults: readonly ProductFault[]): InvalidProduct => ({
  kind: 'InvalidProduct',
  message: faults.map(({ path, message }) => `${path}: ${message}`).join('; '),
  faults,
});

export const publishingReasons = ['NO_TEXT', 'NO_VARIANT', 'NO_PRICE'] as const;
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

export interface LimitReached extends Failure<'LimitReached'> {
  readonly limit: number;
}
export const tooManyScheduledPrices = (limit: number): LimitReached => ({
  kind: 'LimitReached',
  message: `At most ${limit} prices of a variant can be scheduled. Cancel one first.`,
  limit,
});
