/** Staff put products together by rule. */
import { isDeepStrictEqual } from 'node:util';
import type { CollectionId } from '#contracts/ids.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import { Collection, mostCollections, type StoredCollection } from '../../domain/catalogue/collection.ts';
import { type Rule, ruleFaults } from '../../domain/catalogue/collection-rule.ts';
import {
  checked,
  invalid,
  type LimitReached,
  limitReached,
  type SlugTaken,
  slugTaken,
  type VersionConflict,
  versionConflict,
} from '../../domain/catalogue/failures.ts';
import { collectionChanged, collectionRemoved } from '../../domain/catalogue/taxonomy-changes.ts';
import type { InvalidCollection } from '../../domain/catalogue/taxonomy-failures.ts';
import type { Deps, Stores } from '../ports.ts';
import type { Recorded, StaffCommand } from '../staff-change.ts';
import { type CategoryTextsForm, treeOf } from './change-category.ts';
import { taxonomyChange } from './taxonomy-change.ts';

/** As it was typed: `Collection` says what is wrong with it. */
export interface CollectionForm {
  readonly slug: string;
  readonly texts: CategoryTextsForm;
  readonly rule: object;
  /** Order among the collections; the last without one. */
  readonly position: number | undefined;
  readonly isPublished: boolean;
}

export interface CollectionRevision extends Partial<CollectionForm> {
  readonly id: CollectionId;
  readonly expectedVersion: number | undefined;
}

type Written = InvalidCollection | SlugTaken;

export const createCollection = (deps: Deps) => (command: StaffCommand & CollectionForm) =>
  taxonomyChange<CollectionId, Written | LimitReached>(deps, command, 'createCollection', async (change) => {
    const stored = await change.stores.taxonomy.collections();
    if (stored.length >= mostCollections) return fail(limitReached(mostCollections));
    const position = command.position ?? Math.max(-1, ...stored.map((one) => one.position)) + 1;
    return write(change, undefined, { ...command, id: deps.newId('Collection'), position });
  });

export const reviseCollection = (deps: Deps) => (command: StaffCommand & CollectionRevision) =>
  taxonomyChange<CollectionId, Written | VersionConflict>(deps, command, 'reviseCollection', async (change) => {
    const before = await find(change.stores, command);
    if (!before.ok) return before;
    const { slug, texts, rule, position, isPublished } = command;
    const given = { slug, rule, position, isPublished };
    return write(change, before.value, {
      ...before.value,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      texts: { ...before.value.texts, ...texts },
    });
  });

export const removeCollection =
  (deps: Deps) => (command: StaffCommand & Pick<CollectionRevision, 'id' | 'expectedVersion'>) =>
    taxonomyChange<CollectionId, VersionConflict>(deps, command, 'removeCollection', async (change) => {
      const { stores, record } = change;
      const before = await find(stores, command);
      if (!before.ok) return before;
      const { id } = before.value;
      await stores.taxonomy.toRefresh.addIn(id);
      await stores.taxonomy.removeCollection(id);
      await stores.outbox.add(collectionRemoved(id));
      await record({ subject: { type: 'Collection', id } });
      return ok(id);
    });

const find = async (
  { taxonomy }: Pick<Stores, 'taxonomy'>,
  { id, expectedVersion }: Pick<CollectionRevision, 'id' | 'expectedVersion'>,
): Promise<Result<StoredCollection, VersionConflict>> => {
  const stored = (await taxonomy.collections()).find((collection) => collection.id === id);
  if (!stored) throw new CallerFault('NOT_FOUND', 'There is no such collection.');
  const conflict = versionConflict(expectedVersion, stored.version);
  return conflict ? fail(conflict) : ok(stored);
};

const write = async (
  { stores, record }: Recorded,
  before: StoredCollection | undefined,
  given: object,
): Promise<Result<CollectionId, Written>> => {
  const checkedCollection = checked('InvalidCollection', Collection, given);
  if (!checkedCollection.ok) return checkedCollection;
  const collection = checkedCollection.value;
  const { id, slug, rule, isPublished } = collection;
  if (before && isDeepStrictEqual(Collection.parse(before), collection)) return ok(id);
  const owner = (await stores.slugs.owners('COLLECTION', [slug])).get(slug);
  if (owner !== undefined && owner !== id) return fail(slugTaken(slug));
  const isRuleNew = !isDeepStrictEqual(before?.rule, rule);
  const faults = isRuleNew ? ruleFaults(rule, await nameable(stores, rule)) : [];
  if (faults.length > 0) return fail(invalid('InvalidCollection', faults));
  await saveCollections(stores, new Map(before && [[id, before]]), [collection]);
  await record({ subject: { type: 'Collection', id }, details: { isPublished: String(isPublished) } });
  return ok(id);
};

/** What there is of what the rule names. */
export const nameable = async ({ catalogue, taxonomy }: Stores, { conditions }: Rule) => ({
  attributes: new Map((await catalogue.attributes()).map((attribute) => [attribute.code, attribute])),
  categories: await treeOf({ catalogue }),
  products: await taxonomy.existing(conditions.flatMap((one) => (one.by === 'PRODUCTS' ? one.productIds : []))),
});

/** Writes and announces them, and has every product looked at again when a rule is another. */
export const saveCollections = async (
  { taxonomy, outbox }: Pick<Stores, 'taxonomy' | 'outbox'>,
  before: ReadonlyMap<CollectionId, StoredCollection>,
  collections: readonly Collection[],
): Promise<void> => {
  if (collections.length === 0) return;
  await taxonomy.saveCollections(collections);
  await outbox.add(
    ...collections.map((one) => collectionChanged({ ...one, version: (before.get(one.id)?.version ?? 0) + 1 })),
  );
  const hasNewRule = collections.some(({ id, rule }) => !isDeepStrictEqual(before.get(id)?.rule, rule));
  if (hasNewRule) return taxonomy.toRefresh.addAll();
  // Searches are filtered by it: its products' documents have its name.
  for (const { id } of collections) await taxonomy.toRefresh.addIn(id);
};
