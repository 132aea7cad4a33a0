import { message } from '#contracts/envelope.ts';
import { LocationSaved } from '#contracts/messages/stock.ts';
import { type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { InvalidLocation, TooManyLocations } from '../../domain/inventory/failures.ts';
import { decideLocation, type Location, type LocationForm } from '../../domain/inventory/location.ts';
import type { Deps } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';

/** Makes a location, or changes the one with this code. A location stays for ever: the ledger names it. */
export const saveLocation =
  (deps: Deps) =>
  ({
    by,
    idempotencyKey,
    ...form
  }: StaffCommand & LocationForm): Promise<
    Result<Location, InvalidLocation | TooManyLocations | IdempotencyConflict>
  > =>
    staffChange<Location, InvalidLocation | TooManyLocations>(
      deps,
      { by, idempotencyKey },
      { action: 'saveLocation', permission: 'stock:write', input: form },
      async ({ stores: { locations, outbox }, record }) => {
        const decided = decideLocation(form, await locations.lockAll());
        if (!decided.ok) return decided;
        const location = decided.value;
        const { code, priority, isDefault } = location;
        await locations.save(location);
        await outbox.add(message(LocationSaved, { type: 'location', id: code }, location));
        await record({
          subject: { type: 'Location', id: code },
          details: { priority: String(priority), isDefault: String(isDefault) },
        });
        return ok(location);
      },
    );
