/** What staff do to the stock: receive, adjust, transfer, take back. Each once per idempotency key. */
import { message, type NewMessage } from '#contracts/envelope.ts';
import type { VariantId } from '#contracts/ids.ts';
import { type LocationCode, StockMoved } from '#contracts/messages/stock.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  type InsufficientStockOnHand,
  type ReferenceUsed,
  referenceUsed,
  type StockReserved,
} from '../../domain/inventory/failures.ts';
import { type LevelAt, levelChanges, type Movement, mostOnHand } from '../../domain/inventory/stock.ts';
import {
  type Adjustment,
  type Disposition,
  decideAdjustment,
  decideTransfer,
  returnMovements,
} from '../../domain/inventory/stock-changes.ts';
import type { Deps, Stores } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';
import { moveStock } from './move-stock.ts';

/** The variant's levels that were changed, by location; what they are is read afterwards. */
export interface ChangedStock {
  readonly variantId: VariantId;
  readonly locations: readonly LocationCode[];
}

interface StockCommand extends StaffCommand {
  readonly variantId: VariantId;
  /** The document that it comes with: each moves a variant once. */
  readonly reference: string | undefined;
}

type Adjusted = StockReserved | InsufficientStockOnHand | ReferenceUsed | IdempotencyConflict;

interface ReceiveStock extends StockCommand {
  readonly location: LocationCode | undefined;
  readonly quantity: number;
  readonly reference: string;
}

/** More units of a variant have come. */
export const receiveStock =
  (deps: Deps) =>
  (command: ReceiveStock): Promise<Result<ChangedStock, ReferenceUsed | IdempotencyConflict>> => {
    const { variantId, quantity, reference } = command;
    return changeStock(deps, 'receiveStock', command, [command.location], ([{ location }]) =>
      ok([{ kind: 'RECEIPT', variantId, location, quantity, reference }]),
    );
  };

interface AdjustStock extends StockCommand {
  readonly location: LocationCode | undefined;
  readonly adjustment: Adjustment;
  readonly reason: string;
}

/** There are more or fewer units than the books say. A count that finds what was expected moves nothing. */
export const adjustStock =
  (deps: Deps) =>
  (command: AdjustStock): Promise<Result<ChangedStock, Adjusted>> => {
    const { variantId, adjustment, reason, reference } = command;
    return changeStock(deps, 'adjustStock', command, [command.location], ([level]) => {
      const decided = decideAdjustment(level, adjustment);
      if (!decided.ok) return decided;
      const movement = { kind: 'ADJUSTMENT', variantId, location: level.location, quantity: decided.value } as const;
      return ok(
        movement.quantity === 0 ? [] : [{ ...movement, reason, ...(reference !== undefined && { reference }) }],
      );
    });
  };

interface TransferStock extends StockCommand {
  readonly from: LocationCode | undefined;
  readonly to: LocationCode | undefined;
  readonly quantity: number;
  readonly reference: string;
}

/** Units that nobody has reserved are at another location now. */
export const transferStock =
  (deps: Deps) =>
  (command: TransferStock): Promise<Result<ChangedStock, Adjusted>> => {
    const { variantId, quantity, reference } = command;
    return changeStock(deps, 'transferStock', command, [command.from, command.to], ([from, to]) => {
      if (from.location === to.location)
        throw new CallerFault('BAD_USER_INPUT', 'A transfer is between two different locations.');
      const decided = decideTransfer(from, quantity);
      if (!decided.ok) return decided;
      return ok([
        { kind: 'TRANSFER', variantId, location: from.location, quantity: -quantity, reference },
        { kind: 'TRANSFER', variantId, location: to.location, quantity, reference },
      ]);
    });
  };

interface TakeBack extends StockCommand {
  readonly location: LocationCode | undefined;
  readonly quantity: number;
  readonly disposition: Disposition;
  readonly reference: string;
  readonly reason: string | undefined;
}

/** Units have come back that no return of an order announces, such as over a counter. */
export const returnStock =
  (deps: Deps) =>
  (command: TakeBack): Promise<Result<ChangedStock, ReferenceUsed | IdempotencyConflict>> => {
    const { variantId, quantity, disposition, reference, reason } = command;
    return changeStock(deps, 'returnStock', command, [command.location], ([{ location }]) =>
      ok(returnMovements([{ variantId, location, quantity, disposition }], reference, reason)),
    );
  };

/** As many levels as places were named. */
type LevelsOf<Places extends readonly unknown[]> = { readonly [P in keyof Places]: LevelAt };

/** Locks the variant's levels, lets `decide` make movements of those at the places named, and writes them. */
const changeStock = <
  const Places extends readonly (LocationCode | undefined)[],
  Command extends StockCommand,
  F extends Failure = never,
>(
  deps: Deps,
  action: 'receiveStock' | 'adjustStock' | 'transferStock' | 'returnStock',
  { by, idempotencyKey, ...input }: Command,
  places: Places,
  decide: (levels: LevelsOf<Places>) => Result<readonly Movement[], F>,
): Promise<Result<ChangedStock, F | ReferenceUsed | IdempotencyConflict>> =>
  staffChange<ChangedStock, F | ReferenceUsed>(
    deps,
    { by, idempotencyKey },
    { action, permission: 'stock:write', input },
    async ({ stores, record }) => {
      const { variantId, reference } = input;
      const levels = (await stores.stock.lockLevels([variantId])).get(variantId);
      if (!levels) throw new CallerFault('NOT_FOUND', 'There is no such variant.');
      const named: LevelAt[] = [];
      for (const place of places) named.push(await levelAt(stores, levels, place));
      if (reference !== undefined && (await stores.stock.booked([{ variantId, reference }])).length > 0)
        return fail(referenceUsed(reference));
      const decided = decide(named as LevelsOf<Places>);
      if (!decided.ok) return decided;
      const movements = decided.value;
      if (movements.length > 0) {
        assertFits(levels, movements);
        await stores.stock.openLevels(movements);
        await moveStock(stores, movements);
        await stores.outbox.add(stockMoved(variantId, movements));
        await record({ subject: { type: 'ProductVariant', id: variantId }, details: detailsOf(movements) });
      }
      return ok({ variantId, locations: named.map(({ location }) => location) });
    },
  );

/** Of a location that has had none of the variant, too. */
const levelAt = async (
  { locations }: Stores,
  levels: readonly LevelAt[],
  code: LocationCode | undefined,
): Promise<LevelAt> => {
  const found = await locations.find(code);
  if (!found) throw new CallerFault('NOT_FOUND', 'There is no such location.');
  return (
    levels.find(({ location }) => location === found.code) ?? {
      location: found.code,
      onHand: 0,
      reserved: 0,
      backordered: 0,
    }
  );
};

const assertFits = (levels: readonly LevelAt[], movements: readonly Movement[]): void => {
  const onHand = levels.reduce((sum, level) => sum + level.onHand, 0);
  const more = levelChanges(movements).reduce((sum, change) => sum + change.onHand, 0);
  if (more > 0 && onHand + more > mostOnHand)
    throw new CallerFault('BAD_USER_INPUT', `A variant has at most ${mostOnHand} units on hand.`);
};

const stockMoved = (variantId: VariantId, movements: readonly Movement[]): NewMessage =>
  message(
    StockMoved,
    { type: 'variant', id: variantId },
    StockMoved.data.parse({
      variantId,
      movements: movements.map(({ kind, location, quantity }) => ({ kind, location, quantity })),
    }),
  );

/** Such as `RECEIPT:main:5`. */
const detailsOf = (movements: readonly Movement[]) => ({
  movements: movements.map(({ kind, location, quantity }) => `${kind}:${location}:${quantity}`).join(','),
});
