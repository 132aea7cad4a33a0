/** What a customer says about a cart or an order, in columns of its row. */
import { z } from 'zod';
import type { Email } from '#contracts/email.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { CustomerDetails, PostalAddress } from '../../domain/cart/details.ts';

const text = z.string().nullable();
/** What a country needs was checked when it was written, by the rules of that day. */
const StoredAddress: z.ZodType<PostalAddress> = z.object({
  ...{ name: z.string(), company: text, line1: z.string(), line2: text, district: text, city: text },
  ...{ subdivision: text, postalCode: text, country: z.string(), phone: text },
});

export const detailsColumns = {
  contactEmail: true,
  shippingAddress: true,
  billingAddress: true,
  note: true,
  giftMessage: true,
} as const;

interface DetailsRow {
  readonly contactEmail: string | null;
  readonly shippingAddress: Prisma.JsonValue;
  readonly billingAddress: Prisma.JsonValue;
  readonly note: string | null;
  readonly giftMessage: string | null;
}

const toAddress = (json: Prisma.JsonValue): PostalAddress | null => (json === null ? null : StoredAddress.parse(json));

export const toDetails = ({
  contactEmail,
  shippingAddress,
  billingAddress,
  note,
  giftMessage,
}: DetailsRow): CustomerDetails => ({
  contactEmail: contactEmail as Email | null,
  shippingAddress: toAddress(shippingAddress),
  billingAddress: toAddress(billingAddress),
  note,
  giftMessage,
});

const addressColumn = (address: PostalAddress | null) => (address === null ? Prisma.DbNull : { ...address });

/** Of what is given. */
export const fromDetails = ({ shippingAddress, billingAddress, ...texts }: Partial<CustomerDetails>) => ({
  ...texts,
  ...(shippingAddress !== undefined && { shippingAddress: addressColumn(shippingAddress) }),
  ...(billingAddress !== undefined && { billingAddress: addressColumn(billingAddress) }),
});

export const noDetailsColumns = {
  contactEmail: null,
  shippingAddress: Prisma.DbNull,
  billingAddress: Prisma.DbNull,
  note: null,
  giftMessage: null,
};
