import { hasRole, type Viewer } from '#contracts/viewer.ts';
import type { App } from '../usecases/app.ts';
import { type Loaders, loaders } from './loaders.ts';

/** What resolvers get: who asks, and the loaders of this one request. */
export interface GraphqlContext {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
}

export const context =
  ({ reads, browsingReads }: App) =>
  (viewer: Viewer): GraphqlContext => ({
    viewer,
    // Staff look at what they have just changed.
    loaders: loaders(hasRole(viewer, 'STAFF') ? reads : browsingReads, viewer),
  });
