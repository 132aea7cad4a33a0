import type { Viewer } from '../../../contracts/viewer.ts';
import type { App } from '../usecases/app.ts';
import { type Loaders, loaders } from './loaders.ts';

/** What resolvers get: who asks, and the loaders of this one request. */
export interface GraphqlContext {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
}

export const context =
  ({ reads }: App) =>
  (viewer: Viewer): GraphqlContext => ({ viewer, loaders: loaders(reads, viewer) });
