/** Who is asking. The gateway says so, signed; a subgraph believes nobody else. */
import { z } from 'zod';
import { UserId } from './ids.ts';

export const roles = ['CUSTOMER', 'STAFF', 'ADMIN'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/**
 * The client address, as the gateway limits by it: an IPv6 address is its /64, because one household has all of that.
 * Only mutations carry it. Queries are shared while they are under way, and an address would part those who ask alike.
 */
const address = z.string().max(64).optional();

export const Viewer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest'), address }),
  z.object({ kind: z.literal('user'), id: UserId, roles: z.array(Role), sessionId: z.string().optional(), address }),
]);
export type Viewer = z.infer<typeof Viewer>;
export type SignedIn = Extract<Viewer, { kind: 'user' }>;

export const guest: Viewer = { kind: 'guest' };

/** ADMIN includes STAFF: whoever may grant roles may also do what staff do. */
export const hasRole = (viewer: Viewer, role: Role): boolean =>
  viewer.kind === 'user' && (viewer.roles.includes(role) || (role === 'STAFF' && viewer.roles.includes('ADMIN')));

/** Whose things these are: the viewer's own, or anything for staff. */
export const mayRead = (viewer: Viewer, ownerId: UserId | null): boolean =>
  hasRole(viewer, 'STAFF') || (viewer.kind === 'user' && viewer.id === ownerId);

/** Header from gateway to subgraph that carries the signed viewer. */
export const viewerHeader = 'x-agora-viewer';
/** Each subgraph believes tokens made out to it alone: one that leaks from a subgraph does not open the others. */
export const viewerAudience = (subgraph: string): string => `agora-subgraph:${subgraph}`;
/** Header, in and out, that ties the log lines and messages of one request together. */
export const requestIdHeader = 'x-request-id';
