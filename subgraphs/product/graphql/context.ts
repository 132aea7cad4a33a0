import type { Viewer } from '../../../contracts/viewer.ts';
import type { Loaders } from './loaders.ts';

/** One a request. */
export interface ProductContext {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
}
