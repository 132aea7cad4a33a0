/** Staff's synonyms and pinned results. They apply from the next search on. */
import type { ProductId } from '#contracts/ids.ts';
import { CallerFault, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  phraseKeys,
  pinKey,
  SearchPin,
  type StoredSynonyms,
  Synonyms,
  type SynonymsId,
  synonymsIds,
} from '../../domain/search/rules.ts';
import type { Deps } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';

// 1,000 sets of synonyms: a shop's own words, not a thesaurus.
const mostSynonyms = 1_000;

type Changed<T> = Promise<Result<T, IdempotencyConflict>>;

const parsed = <T>(
  schema: { safeParse(given: unknown): { data?: T; error?: { issues: { path: PropertyKey[]; message: string }[] } } },
  given: T,
): T => {
  const { data, error } = schema.safeParse(given);
  const [issue] = error?.issues ?? [];
  if (issue) throw new CallerFault('BAD_USER_INPUT', `"${issue.path.join('.')}": ${issue.message}.`);
  return data as T;
};

/** Makes a set of synonyms, or with `id` replaces one. */
export const saveSynonyms =
  (deps: Deps) =>
  ({
    by,
    idempotencyKey,
    id,
    ...given
  }: StaffCommand & Synonyms & { readonly id: SynonymsId | undefined }): Changed<StoredSynonyms> => {
    const synonyms = parsed(Synonyms, given);
    return staffChange<StoredSynonyms, never>(
      deps,
      { by, idempotencyKey },
      { action: 'saveSynonyms', permission: 'catalogue:write', input: { id: id ?? null, ...synonyms } },
      async ({ stores: { searchRules }, record }) => {
        const known = await searchRules.lockSynonyms();
        if (id && !known.has(id)) throw new CallerFault('NOT_FOUND', 'There are no such synonyms.');
        if (!id && known.size >= mostSynonyms)
          throw new CallerFault(
            'BAD_USER_INPUT',
            `There are ${mostSynonyms} sets of synonyms already; remove one first.`,
          );
        const saved = { id: id ?? synonymsIds.create(), ...synonyms };
        await searchRules.saveSynonyms(saved, phraseKeys(saved));
        await record({
          subject: { type: 'SearchSynonyms', id: saved.id },
          details: { phrases: String(synonyms.phrases.length) },
        });
        return ok(saved);
      },
    );
  };

/** Removing what is not there (any more) succeeds. */
export const removeSynonyms =
  (deps: Deps) =>
  ({ by, idempotencyKey, id }: StaffCommand & { readonly id: SynonymsId }): Changed<SynonymsId> =>
    staffChange<SynonymsId, never>(
      deps,
      { by, idempotencyKey },
      { action: 'removeSynonyms', permission: 'catalogue:write', input: { id } },
      async ({ stores: { searchRules }, record }) => {
        if (await searchRules.removeSynonyms(id)) await record({ subject: { type: 'SearchSynonyms', id } });
        return ok(id);
      },
    );

/** Replaces what is pinned to a query; with no products, nothing is. */
export const pinSearchResults =
  (deps: Deps) =>
  ({ by, idempotencyKey, ...given }: StaffCommand & SearchPin): Changed<SearchPin> => {
    const pin = parsed(SearchPin, { ...given, productIds: [...new Set<ProductId>(given.productIds)] });
    return staffChange<SearchPin, never>(
      deps,
      { by, idempotencyKey },
      { action: 'pinSearchResults', permission: 'catalogue:write', input: pin },
      async ({ stores: { searchRules }, record }) => {
        if ((await searchRules.countProducts(pin.productIds)) < pin.productIds.length)
          throw new CallerFault('NOT_FOUND', 'There is no such product.');
        await searchRules.savePin(pinKey(pin), pin);
        await record({
          subject: { type: 'SearchPin', id: pinKey(pin).slice(0, 100) },
          details: { products: pin.productIds.join(',') },
        });
        return ok(pin);
      },
    );
  };
