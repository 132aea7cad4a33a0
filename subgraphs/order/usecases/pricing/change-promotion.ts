/** Staff decide what is taken off, when and how often. */
import type { PromotionId } from '#contracts/ids.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import {
  type CouponCodesTaken,
  couponCodesTaken,
  type LimitReached,
  limitReached,
  type VersionConflict,
  versionConflict,
} from '../../domain/failures.ts';
import {
  checked,
  type InvalidPricingRule,
  invalidPricingRule,
  mostAutomaticPromotions,
  PromotionForm,
} from '../../domain/pricing/forms.ts';
import { type Promotion, readCode } from '../../domain/pricing/promotion.ts';
import type { Deps, Stores } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';

const writing = (action: string) => ({ action, permission: 'pricing:write' }) as const;

export const createPromotion = (deps: Deps) => (command: StaffCommand & { readonly form: object }) =>
  staffChange<PromotionId, InvalidPricingRule | LimitReached>(
    deps,
    command,
    writing('createPromotion'),
    async (change) => {
      const { stores, record } = change;
      const form = checked(PromotionForm, command.form);
      if (!form.ok) return form;
      await stores.pricingRules.lock();
      const automatic = await stores.pricingRules.countAutomatic(stores.now);
      if (!form.value.needsCode && automatic >= mostAutomaticPromotions)
        return fail(limitReached(mostAutomaticPromotions));
      const promotion: Promotion = { ...form.value, id: deps.newId('Promotion'), used: 0, version: 1 };
      await stores.pricingRules.addPromotion(promotion, stores.now);
      await record({ subject: { type: 'Promotion', id: promotion.id }, details: { effect: promotion.effect.kind } });
      return ok(promotion.id);
    },
  );

/** What can be changed of a promotion that customers may have seen already; anything else is another promotion. */
export interface PromotionRevision {
  readonly id: PromotionId;
  readonly expectedVersion: number | undefined;
  readonly title?: string | undefined;
  readonly priority?: number | undefined;
  readonly endsAt?: Date | null | undefined;
  readonly usageLimit?: number | undefined;
  readonly perCustomerLimit?: number | null | undefined;
}

export const revisePromotion = (deps: Deps) => (command: StaffCommand & PromotionRevision) =>
  staffChange<PromotionId, InvalidPricingRule | VersionConflict>(
    deps,
    command,
    writing('revisePromotion'),
    async ({ stores, record }) => {
      const before = await find(stores, command);
      if (!before.ok) return before;
      const { title, priority, endsAt, usageLimit, perCustomerLimit } = command;
      const given = Object.entries({ title, priority, endsAt, usageLimit, perCustomerLimit });
      const form = checked(PromotionForm, {
        ...before.value,
        ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      });
      if (!form.ok) return form;
      const fault = limitFault(before.value, form.value.usageLimit);
      if (fault) return fail(invalidPricingRule([{ path: 'usageLimit', message: fault }]));
      await save(stores, { ...before.value, ...form.value });
      await record({ subject: { type: 'Promotion', id: command.id } });
      return ok(command.id);
    },
  );

/** Orders are counted from the first one on or not at all, so a limit cannot come later. */
const limitFault = ({ usageLimit, used }: Promotion, next: number | null): string | undefined => {
  if (usageLimit === null && next !== null) return 'cannot be given to a promotion that had none';
  return (next ?? used) < used ? `is less than the ${used} orders that have it` : undefined;
};

/** From now on no order gets it; those that have it keep it. */
export const endPromotion =
  (deps: Deps) => (command: StaffCommand & Pick<PromotionRevision, 'id' | 'expectedVersion'>) =>
    staffChange<PromotionId, VersionConflict>(deps, command, writing('endPromotion'), async ({ stores, record }) => {
      const before = await find(stores, command);
      if (!before.ok) return before;
      const { startsAt, endsAt } = before.value;
      // One that has not begun ends as it begins: a window of a millisecond.
      const end = startsAt && startsAt >= stores.now ? new Date(startsAt.getTime() + 1) : stores.now;
      if (!endsAt || endsAt > end) await save(stores, { ...before.value, endsAt: end });
      await record({ subject: { type: 'Promotion', id: command.id } });
      return ok(command.id);
    });

export interface CreateCoupons extends StaffCommand {
  readonly promotionId: PromotionId;
  /** As they were typed; so many are made up if it is a number. */
  readonly codes: readonly string[] | number;
}

export const createCoupons = (deps: Deps) => (command: CreateCoupons) =>
  staffChange<{ promotionId: PromotionId; codes: readonly string[] }, InvalidPricingRule | CouponCodesTaken>(
    deps,
    command,
    writing('createCoupons'),
    async ({ stores, record }) => {
      const { promotionId } = command;
      const promotion = await stores.pricingRules.promotion(promotionId);
      if (!promotion) throw new CallerFault('NOT_FOUND', 'There is no such promotion.');
      if (!promotion.needsCode)
        return fail(invalidPricingRule([{ path: 'promotionId', message: 'is a promotion without codes' }]));
      const codes = codesOf(command.codes, deps.newCouponCode);
      if (!codes.ok) return codes;
      await stores.pricingRules.lock();
      const taken = await stores.pricingRules.addCoupons(promotionId, codes.value, stores.now);
      if (taken.length > 0) return fail(couponCodesTaken(taken));
      await record({
        subject: { type: 'Promotion', id: promotionId },
        details: { coupons: String(codes.value.length) },
      });
      return ok({ promotionId, codes: codes.value });
    },
  );

const codesOf = (
  given: CreateCoupons['codes'],
  newCode: () => string,
): Result<readonly string[], InvalidPricingRule> => {
  if (typeof given === 'number') return ok([...new Set(Array.from({ length: given }, newCode))]);
  const codes = given.map(readCode);
  const faults = codes.flatMap((code, at) =>
    code === undefined ? [{ path: `codes.${at}`, message: 'has 3 to 40 letters, digits and underscores' }] : [],
  );
  return faults.length > 0 ? fail(invalidPricingRule(faults)) : ok([...new Set(codes as string[])]);
};

const find = async (
  { pricingRules }: Stores,
  { id, expectedVersion }: Pick<PromotionRevision, 'id' | 'expectedVersion'>,
): Promise<Result<Promotion, VersionConflict>> => {
  const promotion = await pricingRules.promotion(id);
  if (!promotion) throw new CallerFault('NOT_FOUND', 'There is no such promotion.');
  const conflict = versionConflict(expectedVersion, promotion.version);
  return conflict ? fail(conflict) : ok(promotion);
};

const save = ({ pricingRules }: Stores, promotion: Promotion): Promise<void> =>
  pricingRules.savePromotion({ ...promotion, version: promotion.version + 1 });
