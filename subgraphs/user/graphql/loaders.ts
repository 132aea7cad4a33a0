import DataLoader from 'dataloader';
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { User } from '../domain/user.ts';
import type { App } from '../usecases/app.ts';

export interface Loaders {
  /** Null for a user who does not exist or whom the viewer may not see. */
  readonly users: DataLoader<UserId, User | null>;
}

/** For one request and its viewer: what is asked for in one go becomes one statement. */
export const loaders = ({ reads }: App, viewer: Viewer): Loaders => ({
  users: new DataLoader(async (ids) => {
    const users = new Map((await reads.users(viewer, ids)).map((user) => [user.id, user]));
    return ids.map((id) => users.get(id) ?? null);
  }),
});
