/** What resolvers are given of types that are no row of their own. */
import type { Attribute, AttributeValue } from '../domain/catalogue/attribute.ts';
import type { OptionValue, ProductOption } from '../domain/catalogue/product.ts';

/** A value with its attribute: what it is called, and in which order it is shown. */
export interface AttributeModel {
  readonly attribute: Attribute;
  readonly value: AttributeValue;
}

/** A choice of a variant, as its product names it. */
export interface VariantOptionModel {
  readonly option: ProductOption;
  readonly value: OptionValue;
}
