/** What others are told of changed categories, attributes and collections. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { type DataOf, message, type NewMessage } from '#contracts/envelope.ts';
import type { CategoryId, CollectionId } from '#contracts/ids.ts';
import {
  AttributeChanged,
  CategoryChanged,
  CategoryRemoved,
  CollectionChanged,
  CollectionRemoved,
} from '#contracts/messages/taxonomy.ts';
import type { StoredAttribute } from './attribute.ts';
import { type PlacedCategory, pathIn, type StoredCategory } from './category.ts';
import type { StoredCollection } from './collection.ts';
import { namesOf } from './texts.ts';

type Categories = ReadonlyMap<CategoryId, StoredCategory>;

/** The tree after these were written. */
export const treeAfter = (before: Categories, written: readonly PlacedCategory[]): Categories =>
  new Map([
    ...before,
    ...written.map((category): [CategoryId, StoredCategory] => [
      category.id,
      { ...category, version: (before.get(category.id)?.version ?? 0) + 1 },
    ]),
  ]);

const categoryState = (tree: Categories, id: CategoryId): DataOf<typeof CategoryChanged> | undefined => {
  const category = tree.get(id);
  if (!category) return undefined;
  const { slug, texts, parentId, position, version } = category;
  const ancestorIds = pathIn(tree, id).slice(0, -1);
  return { categoryId: id, slug, names: namesOf(texts), parentId, ancestorIds, position, version };
};

/** Of each category that is another, or stands elsewhere, than before. */
export const categoriesChanged = (before: Categories, after: Categories): NewMessage[] =>
  [...after.keys()].flatMap((id) => {
    const state = categoryState(after, id);
    if (!state || isDeepStrictEqual(state, categoryState(before, id))) return [];
    return [message(CategoryChanged, { type: 'category', id }, state)];
  });

/** The categories whose products stand elsewhere now, or under another name; the products of what is below them do, too. */
export const movedOrRenamed = (before: Categories, after: Categories): CategoryId[] =>
  [...before.values()]
    .filter(({ id, parentId, texts }) => {
      const now = after.get(id);
      return now && (now.parentId !== parentId || !isDeepStrictEqual(namesOf(now.texts), namesOf(texts)));
    })
    .map(({ id }) => id);

export const categoryRemoved = (id: CategoryId): NewMessage =>
  message(CategoryRemoved, { type: 'category', id }, { categoryId: id });

export const attributeChanged = ({ id, code, name, kind, unit, choices, isFilterable, version }: StoredAttribute) =>
  message(
    AttributeChanged,
    { type: 'attribute', id },
    {
      ...{ attributeId: id, code, names: name, kind, unit, isFilterable, version },
      choices: choices.map((choice) => ({ code: choice.code, names: choice.name })),
    },
  );

export const collectionChanged = ({ id, slug, texts, position, isPublished, version }: StoredCollection): NewMessage =>
  message(
    CollectionChanged,
    { type: 'collection', id },
    { collectionId: id, slug, names: namesOf(texts), position, isPublished, version },
  );

export const collectionRemoved = (id: CollectionId): NewMessage =>
  message(CollectionRemoved, { type: 'collection', id }, { collectionId: id });
