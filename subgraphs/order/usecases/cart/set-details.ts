/** What a customer says about their cart beside what is in it. The cart is opened when there is none. */
import { type PostalAddress, parseAddress, type TypedAddress } from '#contracts/addresses/address.ts';
import { type InvalidAddress, invalidAddress } from '#contracts/addresses/invalid-address.ts';
import { parseEmail } from '#contracts/email.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import type { CustomerDetails } from '../../domain/cart/details.ts';
import { type InvalidEmail, invalidEmail } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { type Changed, changeCart, type OfCustomer } from './change-cart.ts';
import { lockOrOpen } from './return-to-cart.ts';

export interface SetCartContact extends OfCustomer {
  /** As it was typed; null for none. */
  readonly email: string | null;
}

/** Sets whom to write to. */
export const setCartContact =
  (deps: Deps) =>
  async (command: SetCartContact): Changed<InvalidEmail> => {
    const contactEmail = command.email === null ? null : parseEmail(command.email);
    if (contactEmail === undefined) return fail(invalidEmail);
    return await setDetails(deps, 'setCartContact', command, { contactEmail });
  };

export interface SetCartNote extends OfCustomer {
  /** What is not given stays. */
  readonly texts: Partial<Pick<CustomerDetails, 'note' | 'giftMessage'>>;
}

/** Sets the note to the shop and the message to whoever receives the goods. */
export const setCartNote =
  (deps: Deps) =>
  (command: SetCartNote): Changed<never> =>
    setDetails(deps, 'setCartNote', command, command.texts);

export interface SetAddress extends OfCustomer {
  readonly address: TypedAddress | null;
}

/** Sets where to send the goods. */
export const setShippingAddress =
  (deps: Deps) =>
  async (command: SetAddress): Changed<InvalidAddress> => {
    const shippingAddress = read(command);
    return shippingAddress.ok
      ? await setDetails(deps, 'setShippingAddress', command, { shippingAddress: shippingAddress.value })
      : shippingAddress;
  };

/** Sets to whom the invoice is addressed; null: to the shipping address. */
export const setBillingAddress =
  (deps: Deps) =>
  async (command: SetAddress): Changed<InvalidAddress> => {
    const billingAddress = read(command);
    return billingAddress.ok
      ? await setDetails(deps, 'setBillingAddress', command, { billingAddress: billingAddress.value })
      : billingAddress;
  };

const read = ({ address }: SetAddress): Result<PostalAddress | null, InvalidAddress> => {
  if (address === null) return ok(null);
  const parsed = parseAddress(address);
  return parsed.ok ? parsed : fail(invalidAddress(parsed.failure.faults));
};

const setDetails = (
  deps: Deps,
  operation: string,
  command: OfCustomer,
  details: Partial<CustomerDetails>,
): Changed<never> =>
  changeCart<never>(deps, operation, command, details, async ({ carts, now }) => {
    const cart = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId: command.customerId, now });
    await carts.revise(cart.id, details, now);
    return ok(cart.id);
  });
