/** Staff change the category tree. */
import { isDeepStrictEqual } from 'node:util';
import type { CategoryId } from '#contracts/ids.ts';
import { CallerFault, fail, type Ok, ok, type Result } from '#contracts/result.ts';
import {
  Category,
  lastPosition,
  mostCategories,
  type PlacedCategory,
  pathIn,
  placedIn,
  type StoredCategory,
} from '../../domain/catalogue/category.ts';
import {
  checked,
  type LimitReached,
  limitReached,
  type SlugTaken,
  slugTaken,
  type VersionConflict,
  versionConflict,
} from '../../domain/catalogue/failures.ts';
import {
  categoriesChanged,
  categoryRemoved,
  movedOrRenamed,
  treeAfter,
} from '../../domain/catalogue/taxonomy-changes.ts';
import {
  type CategoryCycle,
  type CategoryNotEmpty,
  type CategoryTooDeep,
  categoryCycle,
  categoryNotEmpty,
  type InvalidCategory,
} from '../../domain/catalogue/taxonomy-failures.ts';
import type { Deps, Stores } from '../ports.ts';
import type { Recorded, StaffCommand } from '../staff-change.ts';
import { taxonomyChange } from './taxonomy-change.ts';

/** Texts as they were typed: `Category` says what is wrong with them. */
export type CategoryTextsForm = Readonly<Record<string, object>>;

export interface CategoryForm {
  readonly slug: string;
  readonly texts: CategoryTextsForm;
  readonly parentId: CategoryId | null;
  /** Order among its siblings; the last without one. */
  readonly position: number | undefined;
}

export interface CategoryRevision {
  readonly id: CategoryId;
  readonly expectedVersion: number | undefined;
  readonly slug: string | undefined;
  /** Of the languages that are named; the others stay. */
  readonly texts: CategoryTextsForm;
}

export interface CategoryMove {
  readonly id: CategoryId;
  readonly expectedVersion: number | undefined;
  readonly parentId: CategoryId | null;
  readonly position: number | undefined;
}

type Checked = InvalidCategory | SlugTaken;

export const createCategory = (deps: Deps) => (command: StaffCommand & CategoryForm) =>
  taxonomyChange<CategoryId, Checked | CategoryTooDeep | LimitReached>(
    deps,
    command,
    'createCategory',
    async (change) => {
      const { slug, texts, parentId } = command;
      const tree = await treeOf(change.stores);
      if (tree.size >= mostCategories) return fail(limitReached(mostCategories));
      const position = command.position ?? lastPosition(tree, parentId) + 1;
      const given = { id: deps.newId('Category'), slug, texts, parentId, position };
      const category = await checkedCategory(change.stores, given);
      if (!category.ok) return category;
      const written = placedIn(tree, category.value);
      return written.ok ? write(change, tree, category.value, written.value) : written;
    },
  );

export const reviseCategory = (deps: Deps) => (command: StaffCommand & CategoryRevision) =>
  taxonomyChange<CategoryId, Checked | VersionConflict>(deps, command, 'reviseCategory', async (change) => {
    const tree = await treeOf(change.stores);
    const before = found(tree, command);
    if (!before.ok) return before;
    const { slug, texts, depth } = before.value;
    const revised = { slug: command.slug ?? slug, texts: { ...texts, ...command.texts } };
    const category = await checkedCategory(change.stores, { ...before.value, ...revised });
    return category.ok ? write(change, tree, category.value, [{ ...category.value, depth }]) : category;
  });

/** With everything below it. */
export const moveCategory = (deps: Deps) => (command: StaffCommand & CategoryMove) =>
  taxonomyChange<CategoryId, InvalidCategory | CategoryCycle | CategoryTooDeep | VersionConflict>(
    deps,
    command,
    'moveCategory',
    async (change) => {
      const { id, parentId } = command;
      const tree = await treeOf(change.stores);
      const before = found(tree, command);
      if (!before.ok) return before;
      if (parentId !== null && pathIn(tree, parentId).includes(id)) return fail(categoryCycle);
      const there = parentId === before.value.parentId ? before.value.position : lastPosition(tree, parentId) + 1;
      const moved = { ...before.value, parentId, position: command.position ?? there };
      const category = checked('InvalidCategory', Category, moved);
      if (!category.ok) return category;
      const written = placedIn(tree, category.value);
      return written.ok ? write(change, tree, category.value, written.value) : written;
    },
  );

/** Only an empty one: products stand somewhere. */
export const removeCategory =
  (deps: Deps) => (command: StaffCommand & Pick<CategoryRevision, 'id' | 'expectedVersion'>) =>
    taxonomyChange<CategoryId, CategoryNotEmpty | VersionConflict>(deps, command, 'removeCategory', async (change) => {
      const { stores, record } = change;
      const before = found(await treeOf(stores), command);
      if (!before.ok) return before;
      const { id } = before.value;
      const content = await stores.taxonomy.contentOf(id);
      if (content.categories + content.products > 0) return fail(categoryNotEmpty(content));
      await stores.taxonomy.removeCategory(id);
      await stores.outbox.add(categoryRemoved(id));
      await record({ subject: { type: 'Category', id } });
      return ok(id);
    });

type StoredTree = ReadonlyMap<CategoryId, StoredCategory>;

export const treeOf = async ({ catalogue }: Pick<Stores, 'catalogue'>): Promise<StoredTree> =>
  new Map((await catalogue.categories()).map((category) => [category.id, category]));

const found = (
  tree: StoredTree,
  { id, expectedVersion }: Pick<CategoryRevision, 'id' | 'expectedVersion'>,
): Result<StoredCategory, VersionConflict> => {
  const category = tree.get(id);
  if (!category) throw new CallerFault('NOT_FOUND', 'There is no such category.');
  const conflict = versionConflict(expectedVersion, category.version);
  return conflict ? fail(conflict) : ok(category);
};

const checkedCategory = async ({ slugs }: Pick<Stores, 'slugs'>, given: object): Promise<Result<Category, Checked>> => {
  const category = checked('InvalidCategory', Category, given);
  if (!category.ok) return category;
  const { id, slug } = category.value;
  const owner = (await slugs.owners('CATEGORY', [slug])).get(slug);
  return owner === undefined || owner === id ? category : fail(slugTaken(slug));
};

const write = async (
  { stores, record }: Recorded,
  tree: StoredTree,
  category: Category,
  written: readonly PlacedCategory[],
): Promise<Ok<CategoryId>> => {
  const { id, parentId, position } = category;
  const before = tree.get(id);
  if (before && isDeepStrictEqual(Category.parse(before), category)) return ok(id);
  await saveTree(stores, tree, written);
  await record({
    subject: { type: 'Category', id },
    details: { parentId: parentId ?? 'none', position: String(position) },
  });
  return ok(id);
};

/** Those of the categories that are new, or other than stored. */
export const changedIn = (stored: StoredTree, categories: readonly PlacedCategory[]): PlacedCategory[] =>
  categories.filter((category) => {
    const before = stored.get(category.id);
    return !before || !isDeepStrictEqual({ ...category, version: before.version }, before);
  });

/** Writes these, tells others of them and of what is below them, and has the products that stand there looked at again. */
export const saveTree = async (
  { catalogue, outbox }: Pick<Stores, 'catalogue' | 'outbox'>,
  before: StoredTree,
  written: readonly PlacedCategory[],
): Promise<void> => {
  if (written.length === 0) return;
  await catalogue.saveCategories(written);
  const after = treeAfter(before, written);
  await outbox.add(...categoriesChanged(before, after));
  await catalogue.toRefresh.addBelow(movedOrRenamed(before, after));
};
