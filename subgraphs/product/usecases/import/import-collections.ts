import { isDeepStrictEqual } from 'node:util';
import type { CategoryId, CollectionId, ProductId } from '#contracts/ids.ts';
import { Collection, mostCollections } from '../../domain/catalogue/collection.ts';
import { ruleFaults } from '../../domain/catalogue/collection-rule.ts';
import { limitReached, slugTaken } from '../../domain/catalogue/failures.ts';
import { plainly } from '../../domain/catalogue/plain-faults.ts';
import type {
  CollectionDocument,
  ConditionDocument,
  ImportLine,
  LineFault,
} from '../../domain/import/import-document.ts';
import { type Issue, lineFaults } from '../../domain/import/line-faults.ts';
import type { Deps, Stores } from '../ports.ts';
import { nameable, saveCollections } from '../taxonomy/change-collection.ts';

/** The taxonomy is locked. How many were new or changed. */
export const importCollections = async (
  stores: Stores,
  newId: Deps['newId'],
  lines: readonly ImportLine[],
  faults: LineFault[],
): Promise<number> => {
  const given = lines.filter((line) => line.kind === 'collection');
  if (given.length === 0) return 0;
  const stored = new Map((await stores.taxonomy.collections()).map((one) => [one.id, one]));
  const names = await lookUp(
    stores,
    given.map(({ document }) => document),
  );
  const after = new Map<CollectionId, Collection>(stored);
  for (const { line, document } of given) {
    const owner = names.collections.get(document.slug);
    const before = owner && after.get(owner);
    const { rule, issues } = ruleOf(document.rule, names);
    const { slug, texts, position, isPublished } = document;
    const said = Object.entries({ slug, position, isPublished, rule }).filter(([, value]) => value !== undefined);
    const parsed = Collection.safeParse(
      {
        ...{ id: newId('Collection'), isPublished: false, position: after.size },
        ...(before ?? {}),
        ...Object.fromEntries(said),
        texts: { ...before?.texts, ...texts },
      },
      { error: plainly },
    );
    const found: readonly Issue[] = [
      ...issues,
      // Of a name that means nothing, nothing is missing but itself.
      ...(parsed.error?.issues ?? []).filter(({ path }) => issues.length === 0 || path[0] !== 'rule'),
      ...(parsed.success && issues.length === 0 ? await wrongWith(stores, parsed.data, before, after.size) : []),
    ];
    if (!parsed.success || found.length > 0) {
      faults.push(...lineFaults({ line }, found, 'collection'));
      continue;
    }
    names.collections.set(slug, parsed.data.id);
    after.set(parsed.data.id, parsed.data);
  }
  const isChanged = (one: Collection) => {
    const before = stored.get(one.id);
    return !before || !isDeepStrictEqual(Collection.parse(one), Collection.parse(before));
  };
  const changed = [...after.values()].filter(isChanged).map((one) => Collection.parse(one));
  await saveCollections(stores, stored, changed);
  return changed.length;
};

interface Names {
  readonly collections: Map<string, CollectionId>;
  readonly categories: ReadonlyMap<string, CategoryId>;
  readonly products: ReadonlyMap<string, ProductId>;
}

const lookUp = async ({ catalogue, slugs }: Stores, documents: readonly CollectionDocument[]): Promise<Names> => {
  const conditions = documents.flatMap(({ rule }) => rule?.conditions ?? []);
  const picked = conditions.flatMap((one) => (one.by === 'PRODUCTS' ? one.products : []));
  const collections = await slugs.owners(
    'COLLECTION',
    documents.map(({ slug }) => slug),
  );
  return {
    collections: new Map(collections as ReadonlyMap<string, CollectionId>),
    categories: new Map((await catalogue.categories()).map(({ slug, id }) => [slug, id])),
    products: (await slugs.owners('PRODUCT', picked)) as ReadonlyMap<string, ProductId>,
  };
};

/** The rule by ids, and the names in it that mean nothing. */
const ruleOf = (rule: CollectionDocument['rule'], names: Names) => {
  const issues: Issue[] = [];
  const idOf = <Id>(ids: ReadonlyMap<string, Id>, what: string, slug: string, at: number): Id | undefined => {
    const id = ids.get(slug);
    if (id === undefined) issues.push({ path: ['rule', 'conditions', at], message: `there is no ${what} ${slug}` });
    return id;
  };
  const condition = (one: ConditionDocument, at: number) => {
    if (one.by === 'CATEGORY') return { by: one.by, categoryId: idOf(names.categories, 'category', one.category, at) };
    if (one.by === 'PRODUCTS')
      return { by: one.by, productIds: one.products.map((slug) => idOf(names.products, 'product', slug, at)) };
    return one;
  };
  return { rule: rule && { match: rule.match, conditions: rule.conditions.map(condition) }, issues };
};

const wrongWith = async (
  stores: Stores,
  { id, slug, rule }: Collection,
  before: Collection | undefined,
  count: number,
): Promise<Issue[]> => {
  if (!before && count >= mostCollections) return [{ path: [], message: limitReached(mostCollections).message }];
  const owner = (await stores.slugs.owners('COLLECTION', [slug])).get(slug);
  if (owner !== undefined && owner !== id) return [{ path: ['slug'], message: slugTaken(slug).message }];
  if (isDeepStrictEqual(before?.rule, rule)) return [];
  return ruleFaults(rule, await nameable(stores, rule)).map(({ path, message }) => ({
    path: path.split('.'),
    message,
  }));
};
