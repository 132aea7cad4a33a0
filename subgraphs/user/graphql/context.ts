import type { Viewer } from '#contracts/viewer.ts';
import type { App } from '../usecases/app.ts';
import { type Loaders, loaders } from './loaders.ts';

/** What every resolver is given; made anew for each request. */
export interface GraphqlContext {
  readonly viewer: Viewer;
  readonly app: App;
  readonly loaders: Loaders;
}

export const context =
  (app: App) =>
  (viewer: Viewer): GraphqlContext => ({ viewer, app, loaders: loaders(app, viewer) });
