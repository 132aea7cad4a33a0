/** What staff can be told about categories, attributes and collections, in their unions. */
import type { Failure } from '#contracts/result.ts';
import type { Invalid } from './failures.ts';

export type CategoryCycle = Failure<'CategoryCycle'>;
export const categoryCycle: CategoryCycle = {
  kind: 'CategoryCycle',
  message: 'A category cannot be below itself.',
};

export interface CategoryTooDeep extends Failure<'CategoryTooDeep'> {
  readonly levels: number;
}
export const categoryTooDeep = (levels: number): CategoryTooDeep => ({
  kind: 'CategoryTooDeep',
  message: `The category tree has ${levels} levels: with what is below it, the category does not fit there.`,
  levels,
});

export interface CategoryNotEmpty extends Failure<'CategoryNotEmpty'> {
  readonly categories: number;
  readonly products: number;
}
export const categoryNotEmpty = (content: Pick<CategoryNotEmpty, 'categories' | 'products'>): CategoryNotEmpty => ({
  kind: 'CategoryNotEmpty',
  message:
    'Only an empty category can be removed. Move its products and subcategories first; drafts and archived products count.',
  ...content,
});

export type InvalidCategory = Invalid<'InvalidCategory'>;
export type InvalidAttribute = Invalid<'InvalidAttribute'>;
export type InvalidCollection = Invalid<'InvalidCollection'>;

/** The attribute has values, which would not fit its new kind. */
export type AttributeInUse = Failure<'AttributeInUse'>;
export const attributeInUse: AttributeInUse = {
  kind: 'AttributeInUse',
  message: 'Products have values of this attribute: its kind cannot be changed any more.',
};

export interface ChoiceInUse extends Failure<'ChoiceInUse'> {
  readonly codes: readonly string[];
}
export const choiceInUse = (codes: readonly string[]): ChoiceInUse => ({
  kind: 'ChoiceInUse',
  message: `Products have the choices ${codes.join(', ')}: they cannot be removed.`,
  codes,
});

export interface CodeTaken extends Failure<'CodeTaken'> {
  readonly code: string;
}
export const codeTaken = (code: string): CodeTaken => ({
  kind: 'CodeTaken',
  message: 'There is an attribute with this code.',
  code,
});
