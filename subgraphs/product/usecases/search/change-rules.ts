/** Staff's synonyms and pinned results. They apply from the next search on. */
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { checked, type Invalid, type LimitReached, limitReached } from '../../domain/catalogue/failures.ts';
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

type InvalidSynonyms = Invalid<'InvalidSynonyms'>;
type InvalidSearchPin = Invalid<'InvalidSearchPin'>;

type Changed<T, F extends Failure = never> = Promise<Result<T, F | IdempotencyConflict>>;

/** Makes a set of synonyms, or with `id` replaces one. */
export const saveSynonyms =
  (deps: Deps) =>
  async ({
    by,
    idempotencyKey,
    id,
    ...given
  }: StaffCommand & Synonyms & { readonly id: SynonymsId | undefined }): Changed<
    StoredSynonyms,
    InvalidSynonyms | LimitReached
  > => {
    const form = checked('InvalidSynonyms', Synonyms, given);
    if (!form.ok) return form;
    const synonyms = form.value;
    return staffChange<StoredSynonyms, LimitReached>(
      deps,
      { by, idempotencyKey },
      { action: 'saveSynonyms', permission: 'catalogue:write', input: { id: id ?? null, ...synonyms } },
      async ({ stores: { searchRules }, record }) => {
        const known = await searchRules.lockSynonyms();
        if (id && !known.has(id)) throw new CallerFault('NOT_FOUND', 'There are no such synonyms.');
        if (!id && known.size >= mostSynonyms) return fail(limitReached(mostSynonyms));
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
  async ({ by, idempotencyKey, ...given }: StaffCommand & SearchPin): Changed<SearchPin, InvalidSearchPin> => {
    const form = checked('InvalidSearchPin', SearchPin, { ...given, productIds: [...new Set(given.productIds)] });
    if (!form.ok) return form;
    const pin = form.value;
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
