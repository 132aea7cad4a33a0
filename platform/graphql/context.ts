import type { Viewer } from '#contracts/viewer.ts';

/** What every resolver is given; made anew for each request. */
export interface RequestContext<App, Loaders> {
  readonly viewer: Viewer;
  readonly app: App;
  readonly loaders: Loaders;
}

/** Loaders belong to one viewer: what one may see must not answer another. */
export const requestContext =
  <App, Loaders>(app: App, loaders: (app: App, viewer: Viewer) => Loaders) =>
  (viewer: Viewer): RequestContext<App, Loaders> => ({ viewer, app, loaders: loaders(app, viewer) });
