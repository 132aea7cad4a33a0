/** Who is asking. The gateway says so, signed; a subgraph believes nobody else. */
import { z } from 'zod';
import { UserId } from './ids.ts';

export const roles = ['CUSTOMER', 'STAFF', 'ADMIN'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

export const Viewer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest') }),
  z.object({ kind: z.literal('user'), id: UserId, roles: z.array(Role), sessionId: z.string().optional() }),
]);
export type Viewer = z.infer<typeof Viewer>;

export const guest: Viewer = { kind: 'guest' };

/** ADMIN includes STAFF: whoever may grant roles may also do what staff do. */
export const hasRole = (viewer: Viewer, role: Role): boolean =>
  viewer.kind === 'user' && (viewer.roles.includes(role) || (role === 'STAFF' && viewer.roles.includes('ADMIN')));

/** Whose things these are: the viewer's own, or anything for staff. */
export const mayRead = (viewer: Viewer, ownerId: UserId | null): boolean =>
  hasRole(viewer, 'STAFF') || (viewer.kind === 'user' && viewer.id === ownerId);

/** Header from gateway to subgraph that carries the signed viewer. */
export const viewerHeader = 'x-agora-viewer';
export const viewerAudience = 'agora-subgraph';
/** Header, in and out, that ties the log lines and messages of one request together. */
export const requestIdHeader = 'x-request-id';
