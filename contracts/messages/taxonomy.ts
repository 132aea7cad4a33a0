/** What the products of the shop are ordered by: categories, attributes, collections. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { AttributeId, CategoryId, CollectionId } from '../ids.ts';
import { localized } from '../language.ts';

const Names = localized(z.string().min(1));
/** The one that `expectedVersion` of the graph is compared with. */
const version = z.int().positive();

export const CategoryChanged = defineMessage({
  type: 'category.changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'A category is new, was renamed, or stands elsewhere: it was moved, or one above it was.',
  data: z.object({
    categoryId: CategoryId,
    slug: z.string().min(1),
    names: Names,
    parentId: CategoryId.nullable(),
    /** Those above it, the top first. */
    ancestorIds: z.array(CategoryId),
    position: z.int().nonnegative(),
    version,
  }),
});

export const CategoryRemoved = defineMessage({
  type: 'category.removed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'A category was removed. It had no products and no subcategories.',
  data: z.object({ categoryId: CategoryId }),
});

export const AttributeChanged = defineMessage({
  type: 'attribute.changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'An attribute of products was defined or revised.',
  data: z.object({
    attributeId: AttributeId,
    code: z.string().min(1),
    names: Names,
    kind: z.enum(['TEXT', 'NUMBER', 'BOOLEAN', 'CHOICE']),
    unit: z.string().min(1).nullable(),
    choices: z.array(z.object({ code: z.string().min(1), names: Names })),
    isFilterable: z.boolean(),
    version,
  }),
});

export const CollectionChanged = defineMessage({
  type: 'collection.changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description:
    'A collection is new or was revised. Which products it has follows with `product.changed`, of each that comes or goes.',
  data: z.object({
    collectionId: CollectionId,
    slug: z.string().min(1),
    names: Names,
    position: z.int().nonnegative(),
    isPublished: z.boolean(),
    version,
  }),
});

export const CollectionRemoved = defineMessage({
  type: 'collection.removed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'A collection was removed. `product.changed` follows for each product that it had.',
  data: z.object({ collectionId: CollectionId }),
});
