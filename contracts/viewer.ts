/** Who a request is for, signed by the gateway; a subgraph trusts nobody else. */
import { z } from 'zod';
import { UserId } from './ids.ts';

export const roles = ['CUSTOMER', 'STAFF', 'ADMIN'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/**
 * The client address as the gateway limits by it: an IPv6 address is its /64, because one household owns all of that.
 * Only mutations carry it: concurrent identical queries are shared, and an address would make them differ.
 */
const address = z.string().max(64).optional();

export const Viewer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest'), address }),
  z.object({ kind: z.literal('user'), id: UserId, roles: z.array(Role), sessionId: z.string().optional(), address }),
]);
export type Viewer = z.infer<typeof Viewer>;
export type SignedIn = Extract<Viewer, { kind: 'user' }>;

export const guest: Viewer = { kind: 'guest' };

/** ADMIN includes STAFF. */
export const hasRole = (viewer: Viewer, role: Role): boolean =>
  viewer.kind === 'user' && (viewer.roles.includes(role) || (role === 'STAFF' && viewer.roles.includes('ADMIN')));

/** The viewer's own, or anything for staff. */
export const mayRead = (viewer: Viewer, ownerId: UserId | null): boolean =>
  hasRole(viewer, 'STAFF') || (viewer.kind === 'user' && viewer.id === ownerId);

/** Header from gateway to subgraph that carries the signed viewer. */
export const viewerHeader = 'x-agora-viewer';
/** Each subgraph accepts only tokens issued for it: one that leaks from a subgraph does not open the others. */
export const viewerAudience = (subgraph: string): string => `agora-subgraph:${subgraph}`;
/** Request and response header that correlates the log lines and messages of one request. */
export const requestIdHeader = 'x-request-id';
