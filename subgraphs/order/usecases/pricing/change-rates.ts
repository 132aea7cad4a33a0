/** Staff decide what shipping and tax cost. */
import type { ShippingMethodId } from '#contracts/ids.ts';
import { CallerFault, fail, ok } from '#contracts/result.ts';
import { type LimitReached, limitReached, type VersionConflict, versionConflict } from '../../domain/failures.ts';
import {
  checked,
  type InvalidPricingRule,
  mostShippingMethods,
  mostTaxRates,
  ShippingMethodForm,
  TaxRateForm,
} from '../../domain/pricing/forms.ts';
import type { TaxRate } from '../../domain/pricing/tax.ts';
import type { Deps, Stores } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';

const writing = (action: string) => ({ action, permission: 'pricing:write' }) as const;

export interface SaveShippingMethod extends StaffCommand {
  /** Absent for a new one. */
  readonly id: ShippingMethodId | undefined;
  readonly expectedVersion: number | undefined;
  /** As it was typed. */
  readonly form: object;
}

export const saveShippingMethod = (deps: Deps) => (command: SaveShippingMethod) =>
  staffChange<ShippingMethodId, InvalidPricingRule | LimitReached | VersionConflict>(
    deps,
    command,
    writing('saveShippingMethod'),
    async ({ stores, record }) => {
      const form = checked(ShippingMethodForm, command.form);
      if (!form.ok) return form;
      const { all, before } = await lockMethods(stores, command.id);
      const conflict = before && versionConflict(command.expectedVersion, before.version);
      if (conflict) return fail(conflict);
      if (!before && all.length >= mostShippingMethods) return fail(limitReached(mostShippingMethods));
      const id = before?.id ?? deps.newId('ShippingMethod');
      await stores.pricingRules.saveShippingMethod({ ...form.value, id, version: (before?.version ?? 0) + 1 });
      await record({ subject: { type: 'ShippingMethod', id }, details: { isActive: String(form.value.isActive) } });
      return ok(id);
    },
  );

/** Orders have a copy of what they were shipped by; a cart that had chosen it has to choose again. */
export const removeShippingMethod =
  (deps: Deps) =>
  (command: StaffCommand & { readonly id: ShippingMethodId; readonly expectedVersion: number | undefined }) =>
    staffChange<ShippingMethodId, VersionConflict>(
      deps,
      command,
      writing('removeShippingMethod'),
      async ({ stores, record }) => {
        const { id, expectedVersion } = command;
        const { before } = await lockMethods(stores, id);
        const conflict = before && versionConflict(expectedVersion, before.version);
        if (conflict) return fail(conflict);
        await stores.pricingRules.removeShippingMethod(id);
        await record({ subject: { type: 'ShippingMethod', id } });
        return ok(id);
      },
    );

/** Of one that is named there has to be one. */
const lockMethods = async ({ pricingRules }: Stores, id: ShippingMethodId | undefined) => {
  await pricingRules.lock();
  const all = await pricingRules.shippingMethods();
  const before = all.find((method) => method.id === id);
  if (id && !before) throw new CallerFault('NOT_FOUND', 'There is no such shipping method.');
  return { all, before };
};

const subjectOf = ({ country, region, taxClass }: Pick<TaxRate, 'country' | 'region' | 'taxClass'>) => ({
  type: 'TaxRate',
  id: [country, region, taxClass].filter(Boolean).join('-'),
});

/** What a country's prices include is the shop's setting, unless it is said. */
export type GivenTaxRate = Omit<TaxRate, 'pricesIncludeTax'> & { readonly pricesIncludeTax: boolean | undefined };

/** A rate that begins on a day that one begins on already replaces it. */
export const saveTaxRate = (deps: Deps) => (command: StaffCommand & { readonly rate: GivenTaxRate }) =>
  staffChange<null, InvalidPricingRule | LimitReached>(
    deps,
    command,
    writing('saveTaxRate'),
    async ({ stores, record }) => {
      const { pricesIncludeTax = deps.pricesIncludeTax, ...given } = command.rate;
      const rate = checked(TaxRateForm, { ...given, pricesIncludeTax });
      if (!rate.ok) return rate;
      await stores.pricingRules.lock();
      const rates = await stores.pricingRules.taxRates();
      if (rates.length >= mostTaxRates) return fail(limitReached(mostTaxRates));
      await stores.pricingRules.saveTaxRate(rate.value);
      await record({ subject: subjectOf(rate.value), details: { ratePpm: String(rate.value.ratePpm) } });
      return ok(null);
    },
  );

export type TaxRateKey = Pick<TaxRate, 'country' | 'region' | 'taxClass' | 'validFrom'>;

export const removeTaxRate = (deps: Deps) => (command: StaffCommand & { readonly rate: TaxRateKey }) =>
  staffChange<null, never>(deps, command, writing('removeTaxRate'), async ({ stores, record }) => {
    if (!(await stores.pricingRules.removeTaxRate(command.rate)))
      throw new CallerFault('NOT_FOUND', 'There is no such tax rate.');
    await record({ subject: subjectOf(command.rate) });
    return ok(null);
  });
