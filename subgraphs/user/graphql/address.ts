import { addressForm } from '#contracts/addresses/label.ts';
import { requireSignedIn } from '#platform/graphql/inputs.ts';
import { namedFailure, payload } from '#platform/graphql/payload.ts';
import { addressFieldName, postalAddressTypes } from '#platform/graphql/postal-address.ts';
import type { User } from '../domain/account/user.ts';
import { addressNotFound } from '../domain/address/failures.ts';
import { type AddressId, type AddressUse, addressIds, type SavedAddress } from '../domain/address/saved-address.ts';
import type { GraphqlContext } from './loaders.ts';
import type { MutationResolvers, QueryResolvers, Resolvers, UserResolvers } from './types.generated.ts';

export const addressQueries = {
  addressForm: (_, { country }) => addressForm(country.toUpperCase()) ?? null,
} satisfies QueryResolvers;

export const addressMutations = {
  saveAddress: async (_, { idempotencyKey, input }, context) => {
    const command = {
      ...commandOf(context, idempotencyKey),
      address: input.address,
      defaultFor: input.defaultFor ?? [],
    };
    const id = input.id == null ? undefined : addressIds.parse(input.id);
    if (input.id != null && !id) return namedFailure(addressNotFound);
    const result = await context.app.commands.saveAddress({ ...command, id });
    return payload(result, (saved) => after(context, saved, 'SaveAddressSuccess'));
  },

  removeAddress: async (_, { idempotencyKey, input }, context) => {
    const command = commandOf(context, idempotencyKey);
    const id = addressIds.parse(input.addressId);
    if (!id) return namedFailure(addressNotFound);
    const result = await context.app.commands.removeAddress({ ...command, id });
    return payload(result, async () => ({ __typename: 'RemoveAddressSuccess', user: await userAfter(context) }));
  },

  setDefaultAddress: async (_, { idempotencyKey, input }, context) => {
    const command = { ...commandOf(context, idempotencyKey), use: input.use };
    const id = addressIds.parse(input.addressId);
    if (!id) return namedFailure(addressNotFound);
    const result = await context.app.commands.setDefaultAddress({ ...command, id });
    return payload(result, (changed) => after(context, changed, 'SetDefaultAddressSuccess'));
  },
} satisfies MutationResolvers;

const commandOf = ({ viewer }: GraphqlContext, idempotencyKey: string | null | undefined) => ({
  userId: requireSignedIn(viewer).id,
  idempotencyKey: idempotencyKey ?? undefined,
});

/** The viewer, whose address book has just changed. */
const userAfter = async ({ loaders, viewer }: GraphqlContext) => {
  const { id } = requireSignedIn(viewer);
  loaders.addressesOf.clear(id);
  const user = await loaders.users.load(id);
  if (!user) throw new Error(`${id} is gone right after their address book was changed`);
  return user;
};

/** A retry is answered with the address as it is now; it may have been removed since. */
const after = async <Name extends string>(context: GraphqlContext, id: AddressId, __typename: Name) => {
  const user = await userAfter(context);
  const address = (await context.loaders.addressesOf.load(user.id)).find((saved) => saved.id === id);
  return address ? { __typename, address, user } : namedFailure(addressNotFound);
};

const defaultFor =
  (use: AddressUse) =>
  async ({ id }: User, _: unknown, { loaders }: GraphqlContext): Promise<SavedAddress | null> =>
    (await loaders.addressesOf.load(id)).find((saved) => saved.defaultFor.includes(use)) ?? null;

export const userAddresses = {
  addresses: ({ id }, _, { loaders }) => loaders.addressesOf.load(id),
  defaultShippingAddress: defaultFor('SHIPPING'),
  defaultBillingAddress: defaultFor('BILLING'),
} satisfies UserResolvers;

export const addressTypes = {
  ...postalAddressTypes,
  AddressFormField: { field: ({ field }) => addressFieldName[field] },
  AddressSubdivision: {
    name: ({ names: [name = ''] }) => name,
    latinName: ({ names: [name = '', latin = name] }) => latin,
  },
} satisfies Resolvers;
