/** What the inventory needs from outside. */
import type { AttemptId, Id, OrderId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';
import type { Offer } from '../../domain/inventory/decide.ts';
import type { Location } from '../../domain/inventory/location.ts';
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
  /** A RESERVED one whose time was up before `now`, locked; one that is locked by others is passed over. */
  lockOverdue(now: Date): Promise<Reservation | undefined>;
  save(reservation: Reservation): Promise<void>;
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
