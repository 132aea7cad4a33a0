/** Who a request is for, signed by the gateway; a subgraph trusts nobody else. */
import { z } from 'zod';
import { ApiKeyId, type CustomerId, GuestId, UserId } from './ids.ts';
import { isPermission, type Permission } from './permissions.ts';

/** Of the client; only mutations carry it: concurrent identical queries are shared, and this would make them differ. */
const client = {
  /** As the gateway limits by it: an IPv6 address is its /64, because one household owns all of that. */
  address: z.string().max(64).optional(),
  userAgent: z.string().max(200).optional(),
};

/** One of a newer release is dropped: a gateway may be updated before the subgraphs are. */
const permissions = z.array(z.string()).transform((names) => names.filter(isPermission));

/** A guest with a session is a customer without an account: cart, orders and payments belong to the guest's id. */
const GuestSession = z.object({ guestId: GuestId, sessionId: z.string() });

export const Viewer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest'), session: GuestSession.optional(), ...client }),
  z.object({
    kind: z.literal('user'),
    id: UserId,
    /** Names, for what is configured by role; what a role may do is in `permissions`. */
    roles: z.array(z.string()),
    permissions,
    /** Of a token that another issuer made: our own have permissions. */
    scopes: z.array(z.string()).optional(),
    sessionId: z.string().optional(),
    /** The guest that the user was until they signed in. Only for the first minutes: what was the guest's may not be the user's yet. */
    mergedGuestId: GuestId.optional(),
    ...client,
  }),
  /** A machine, such as a warehouse's: it has permissions, and nothing of its own. */
  z.object({ kind: z.literal('apiKey'), id: ApiKeyId, permissions, ...client }),
]);
export type Viewer = z.infer<typeof Viewer>;
export type SignedIn = Extract<Viewer, { kind: 'user' }>;
export type ClientFacts = Pick<Viewer, 'address' | 'userAgent'>;

export const guest: Viewer = { kind: 'guest' };

export const may = (viewer: Viewer, permission: Permission): boolean =>
  viewer.kind !== 'guest' && viewer.permissions.includes(permission);

/** Whether the viewer may do more than a customer: some fields then show them more, so their answers are shared with nobody. */
export const isStaff = (viewer: Viewer): boolean => viewer.kind !== 'guest' && viewer.permissions.length > 0;

/** The customer that the viewer is, with whom carts, orders and payments are: none for an API key, or a guest without a session. */
export const customerOf = (viewer: Viewer): CustomerId | undefined => {
  if (viewer.kind === 'user') return viewer.id;
  return viewer.kind === 'guest' ? viewer.session?.guestId : undefined;
};

/** A customer who asks a service for something. */
export interface AskingCustomer {
  readonly customerId: CustomerId;
  readonly mergedGuestId?: GuestId | undefined;
}

export const askingCustomer = (viewer: Viewer): AskingCustomer | undefined => {
  const customerId = customerOf(viewer);
  const mergedGuestId = viewer.kind === 'user' ? viewer.mergedGuestId : undefined;
  return customerId && { customerId, ...(mergedGuestId && { mergedGuestId }) };
};

/** The viewer's own, or anybody's with the permission. */
export const mayRead = (viewer: Viewer, ownerId: CustomerId | null, permission: Permission): boolean =>
  may(viewer, permission) || (ownerId !== null && customerOf(viewer) === ownerId);

/** Header from gateway to subgraph that carries the signed viewer. */
export const viewerHeader = 'x-agora-viewer';
/** Each subgraph accepts only tokens issued for it: one that leaks from a subgraph does not open the others. */
export const viewerAudience = (subgraph: string): string => `agora-subgraph:${subgraph}`;
/** Request and response header that correlates the log lines and messages of one request. */
export const requestIdHeader = 'x-request-id';
