/** All that changes a user's address book. */
import { parseAddress, type TypedAddress } from '#contracts/addresses/address.ts';
import { type InvalidAddress, invalidAddress } from '#contracts/addresses/invalid-address.ts';
import type { UserId } from '#contracts/ids.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  type AddressNotFound,
  addressNotFound,
  type TooManyAddresses,
  tooManyAddresses,
} from '../../domain/address/failures.ts';
import {
  type AddressId,
  type AddressUse,
  maxAddresses,
  type SavedAddress,
  usesOfNew,
} from '../../domain/address/saved-address.ts';
import type { Deps, Stores } from '../ports.ts';

interface OfUser {
  readonly userId: UserId;
  readonly idempotencyKey: string | undefined;
}

/** With the id alone: what a retry gets again is stored, and an address is not for there. */
type Changed<F extends Failure> = Promise<Result<AddressId, F | IdempotencyConflict>>;

export interface SaveAddress extends OfUser {
  /** Of the address that is replaced; a new one without. */
  readonly id: AddressId | undefined;
  readonly address: TypedAddress;
  /** What it becomes the default for, beside what it is. */
  readonly defaultFor: readonly AddressUse[];
}

/** Adds an address, or replaces one. The first one is the default for everything. */
export const saveAddress =
  ({ transaction, newAddressId }: Deps) =>
  async (command: SaveAddress): Changed<InvalidAddress | AddressNotFound | TooManyAddresses> => {
    const parsed = parseAddress(command.address);
    if (!parsed.ok) return fail(invalidAddress(parsed.failure.faults));
    const { userId, defaultFor } = command;
    const address = parsed.value;
    return changeBook<AddressNotFound | TooManyAddresses>(
      transaction,
      'saveAddress',
      command,
      { id: command.id, address, defaultFor },
      async ({ addresses, now }, book) => {
        if (command.id) {
          if (!has(book, command.id)) return fail(addressNotFound);
          await addresses.update(command.id, address, now);
          await addresses.setDefault(userId, command.id, defaultFor);
          return ok(command.id);
        }
        if (book.length >= maxAddresses) return fail(tooManyAddresses);
        const id = newAddressId();
        await addresses.insert({ id, userId, address, createdAt: now, updatedAt: now });
        await addresses.setDefault(userId, id, usesOfNew(book, defaultFor));
        return ok(id);
      },
    );
  };

export interface RemoveAddress extends OfUser {
  readonly id: AddressId;
}

/** Removes an address. What it was the default for has none then: which one is next is for the customer to say. */
export const removeAddress =
  ({ transaction }: Deps) =>
  (command: RemoveAddress): Changed<AddressNotFound> =>
    changeBook(transaction, 'removeAddress', command, { id: command.id }, async ({ addresses }, book) => {
      if (!has(book, command.id)) return fail(addressNotFound);
      await addresses.remove(command.id);
      return ok(command.id);
    });

export interface SetDefaultAddress extends OfUser {
  readonly id: AddressId;
  readonly use: AddressUse;
}

/** Makes an address the default for a use, in place of the one that was. */
export const setDefaultAddress =
  ({ transaction }: Deps) =>
  (command: SetDefaultAddress): Changed<AddressNotFound> => {
    const { userId, id, use } = command;
    return changeBook(transaction, 'setDefaultAddress', command, { id, use }, async ({ addresses }, book) => {
      if (!has(book, id)) return fail(addressNotFound);
      await addresses.setDefault(userId, id, [use]);
      return ok(id);
    });
  };

type Book = readonly Pick<SavedAddress, 'id' | 'defaultFor'>[];

const has = (book: Book, id: AddressId): boolean => book.some((entry) => entry.id === id);

/** One transaction with the book locked, once per idempotency key. */
const changeBook = <F extends Failure>(
  transaction: Deps['transaction'],
  operation: string,
  { userId, idempotencyKey: key }: OfUser,
  input: object,
  change: (stores: Stores, book: Book) => Promise<Result<AddressId, F>>,
): Changed<F> =>
  transaction(
    (stores) =>
      stores.idempotency.once<AddressId, F>({ actor: userId, operation, key, input }, async () => {
        const book = await stores.addresses.lockBook(userId);
        // The token is of an account that is not there (any more).
        if (!book) throw new CallerFault('UNAUTHENTICATED', 'Sign in first.');
        return change(stores, book);
      }),
    userId,
  );
