/** What the inventory needs from outside. */
import type { AttemptId, CustomerId, Id, OrderId, ProductId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';
import type { LowAvailability, StockAlert, WatchedVariant } from '../../domain/inventory/availability.ts';
import type { Offer } from '../../domain/inventory/decide.ts';
import type { Location } from '../../domain/inventory/location.ts';
import type { OwedLine } from '../../domain/inventory/reservation-lines.ts';
import type { Reservation } from '../../domain/inventory/reservation-states.ts';
import type { AvailableChange, LevelAt, Movement, MovementKind, UnitsAt } from '../../domain/inventory/stock.ts';

/** Stock is locked by variant and location, all levels of a variant together: see stock-store.ts for the order. */
export interface StockStore {
  /** What can be sold of these variants, and for how much; all their levels are locked. */
  lockOffers(variantIds: readonly VariantId[]): Promise<ReadonlyMap<VariantId, Offer>>;
  /** All levels of these variants, locked. A variant that does not exist has none; any other has one. */
  lockLevels(variantIds: readonly VariantId[]): Promise<ReadonlyMap<VariantId, readonly LevelAt[]>>;
  /** Makes the empty levels that are missing. After `lockLevels`: who makes one holds the others. */
  openLevels(places: readonly Omit<UnitsAt, 'quantity'>[]): Promise<void>;
  /** Which of these were booked with this reference before. After `lockLevels`, or somebody else may book the same one. */
  booked(documents: readonly { readonly variantId: VariantId; readonly reference: string }[]): Promise<VariantId[]>;
  /**
   * Writes the movements and their sum. Throws when the stock cannot have them: that would be a bug. Called by
   * `moveStock` alone, which passes on what it gives.
   */
  record(movements: readonly Movement[]): Promise<readonly AvailableChange[]>;
  /** Remembers a return of goods, and locks it; false when it was remembered before. */
  rememberReturn(returnId: string, orderId: OrderId): Promise<boolean>;
}

export interface LocationStore {
  /** The one with this code, or the default; undefined where there is none. */
  find(code: LocationCode | undefined): Promise<Location | undefined>;
  /** All of them, locked: changes of locations take turns. */
  lockAll(): Promise<readonly Location[]>;
  /** Inserts or updates. One that is the default takes that from the other. */
  save(location: Location): Promise<void>;
}

export interface ReservationStore {
  /** The reservation of an attempt, locked until the transaction ends: also when there is none yet. */
  lock(attemptId: AttemptId, orderId: OrderId): Promise<Reservation>;
  /** One that this transaction has locked, as it is now. */
  lookAgain(reservation: Reservation): Promise<Reservation>;
  /** A RESERVED one whose time was up before `now`, locked; one that is locked by others is passed over. */
  lockOverdue(now: Date): Promise<Reservation | undefined>;
  /** Its lines are written once, and what is owed is released with the reservation. */
  save(reservation: Reservation): Promise<void>;
  /** What paid orders wait for of these variants, at most `limit` lines of each: the oldest attempts first. */
  owed(variantIds: readonly VariantId[], limit: number): Promise<OwedLine[]>;
  markFilled(lines: readonly OwedLine[]): Promise<void>;
}

export interface LevelView extends LevelAt {
  readonly variantId: VariantId;
}

export interface MovementView {
  readonly id: Id<'Movement'>;
  readonly variantId: VariantId;
  readonly location: LocationCode;
  readonly kind: MovementKind;
  readonly quantity: number;
  /** The order whose reservation moved it. */
  readonly orderId: OrderId | null;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly occurredAt: Date;
}

export interface MovementPage {
  readonly variantId: VariantId;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after: Id<'Movement'> | undefined;
}

/** Each is one SQL statement, for however many keys. Rows come in any order unless a method states one. */
export interface StockReads {
  /** All locations together. */
  available(variants: readonly VariantId[]): Promise<{ readonly variantId: VariantId; readonly available: number }[]>;
  /** In the order in which reservations draw on the locations. */
  levels(variants: readonly VariantId[]): Promise<LevelView[]>;
  /** In the order in which reservations draw on them. */
  locations(): Promise<Location[]>;
  /** The latest first, and one more than the limit when there is one. */
  movements(page: MovementPage): Promise<MovementView[]>;
}

export interface AvailabilityStore {
  /** Has the availability of these variants looked at soon. Appends, so nobody waits for anybody. */
  lookAgain(variantIds: readonly VariantId[]): Promise<void>;
  /**
   * The same for those whose availability is not what was last recorded, or whose customers wait although they are in stock:
   * of these products, or 10,000 of all. Returns how many.
   */
  lookAgainAtDifferences(products?: readonly ProductId[]): Promise<number>;
  /** False while another process looks. */
  takeTurn(): Promise<boolean>;
  /** The next variants to look at, each once, from at most `limit` requests, which are done with this transaction. */
  takeDue(limit: number): Promise<{ readonly variantIds: readonly VariantId[]; readonly taken: number }>;
  variants(ids: readonly VariantId[]): Promise<WatchedVariant[]>;
  /** What is recorded of these: nothing of those that are in stock. */
  recorded(ids: readonly VariantId[]): Promise<ReadonlyMap<VariantId, LowAvailability>>;
  record(low: readonly { readonly variantId: VariantId; readonly availability: LowAvailability }[]): Promise<void>;
  forget(ids: readonly VariantId[]): Promise<void>;
}

export interface StockAlertStore {
  /** False when the customer has as many as they may. One that is there already does not count again. */
  add(customerId: CustomerId, variantId: VariantId, most: number): Promise<boolean>;
  remove(customerId: CustomerId, variantId: VariantId): Promise<void>;
  /** Deletes the oldest alerts of each of these variants, at most `most` each, and returns whose they were. */
  take(
    variantIds: readonly VariantId[],
    most: number,
  ): Promise<ReadonlyMap<VariantId, readonly [CustomerId, ...CustomerId[]]>>;
  /** What a guest waits for the user waits for from now on. Returns for what. */
  giveTo(guestId: CustomerId, userId: CustomerId): Promise<VariantId[]>;
  removeAllOf(customerId: CustomerId): Promise<void>;
  /** Deletes what was asked for before `since`, at most `limit`; returns how many. */
  dropOld(since: Date, limit: number): Promise<number>;
}

export interface LowStockEntry {
  readonly variantId: VariantId;
  readonly since: Date;
}

export interface AvailabilityReads {
  /** Up to `limit + 1`, those that are low for the shortest time first. */
  lowStock(page: {
    readonly limit: number;
    readonly after: readonly [since: Date, variantId: string] | undefined;
  }): Promise<LowStockEntry[]>;
  /** Newest first, as many as one may wait for. */
  stockAlerts(customerId: CustomerId): Promise<StockAlert[]>;
}

/** What was done about this variant. */
export interface AboutVariant {
  readonly variantId: VariantId;
}
