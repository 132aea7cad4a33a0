/** Where units are. */
import { z } from 'zod';
import { LocationCode } from '#contracts/messages/stock.ts';
import { oneLine } from '#contracts/one-line.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import { type InvalidLocation, invalidLocation, type TooManyLocations, tooManyLocations } from './failures.ts';

export interface Location {
  readonly code: LocationCode;
  readonly name: string;
  /** Reservations draw on the lowest first; of two with the same, on the one whose code comes first. */
  readonly priority: number;
  /** What is moved without a location is moved here. Exactly one is. */
  readonly isDefault: boolean;
}

/** That every shop has from its first day. */
export const mainLocation = LocationCode.parse('main');

// 100: a reservation locks every level of a variant, and no shop that fits this one database has more warehouses.
export const mostLocations = 100;
// 80 characters: one line of a form and of a label.
const longestName = 80;
const Priority = z.int().min(0).max(1_000_000);

export interface LocationForm {
  readonly code: string;
  readonly name: string;
  readonly priority: number;
  /** Makes it the default. That cannot be taken from one without giving it to another. */
  readonly makeDefault: boolean;
}

/** What the form makes of the locations that there are. */
export const decideLocation = (
  { code: given, name: typed, priority, makeDefault }: LocationForm,
  locations: readonly Location[],
): Result<Location, InvalidLocation | TooManyLocations> => {
  const code = LocationCode.safeParse(given);
  if (!code.success) return fail(invalidLocation('code', 'lower-case letters, digits and single hyphens, at most 40'));
  const name = oneLine(typed, longestName);
  if (!('text' in name) || name.text === '')
    return fail(invalidLocation('name', `one line of text, at most ${longestName} characters`));
  if (!Priority.safeParse(priority).success) return fail(invalidLocation('priority', 'a number from 0 to 1,000,000'));
  const before = locations.find((location) => location.code === code.data);
  if (!before && locations.length >= mostLocations) return fail(tooManyLocations(mostLocations));
  return ok({ code: code.data, name: name.text, priority, isDefault: makeDefault || (before?.isDefault ?? false) });
};
