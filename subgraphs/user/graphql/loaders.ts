import type DataLoader from 'dataloader';
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { manyByKey, oneByKey } from '#platform/graphql/loaders.ts';
import type { Role } from '../domain/access/role.ts';
import type { User } from '../domain/account/user.ts';
import type { SavedAddress } from '../domain/address/saved-address.ts';
import type { UserSession } from '../domain/session/session.ts';
import type { App } from '../usecases/app.ts';

export interface Loaders {
  /** Null for a user who does not exist or is not visible to the viewer. */
  readonly users: DataLoader<UserId, User | null>;
  readonly rolesOf: DataLoader<UserId, readonly Role[]>;
  readonly addressesOf: DataLoader<UserId, readonly SavedAddress[]>;
  readonly sessionsOf: DataLoader<UserId, readonly UserSession[]>;
}

export const loaders = ({ reads }: App, viewer: Viewer): Loaders => ({
  users: oneByKey(
    (ids) => reads.users(viewer, ids),
    ({ id }) => id,
  ),
  rolesOf: manyByKey((ids) => reads.rolesOf(ids)),
  addressesOf: manyByKey((ids) => reads.addressesOf(ids)),
  sessionsOf: manyByKey((ids) => reads.sessionsOf(ids)),
});

export type GraphqlContext = RequestContext<App, Loaders>;
