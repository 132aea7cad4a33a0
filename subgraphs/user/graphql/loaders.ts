import DataLoader from 'dataloader';
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { User } from '../domain/user.ts';
import type { App } from '../usecases/app.ts';

export interface Loaders {
  /** Null for a user who does not exist or is not visible to the viewer. */
  readonly users: DataLoader<UserId, User | null>;
}

/** For one request and its viewer: concurrent loads become one statement. */
export const loaders = ({ reads }: App, viewer: Viewer): Loaders => ({
  users: new DataLoader(async (ids) => {
    const users = new Map((await reads.users(viewer, ids)).map((user) => [user.id, user]));
    return ids.map((id) => users.get(id) ?? null);
  }),
});
