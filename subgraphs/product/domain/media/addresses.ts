/** Where files are reached from outside. service.ts names the path, and gateway, edge and ingress pass it on. */
import type { FileKey } from './image.ts';
import type { Source } from './media.ts';

export const filePath = '/media/';
export const uploadPath = `${filePath}uploads/`;

/** `base`: what comes before the path, or undefined for an address relative to the graph's. */
const under = (base: string | undefined, path: string): string => (base ? `${base.replace(/\/$/, '')}${path}` : path);

export const uploadAddress = (base: string | undefined, token: string): string => under(base, uploadPath + token);
const fileAddress = (base: string | undefined, key: FileKey): string => under(base, filePath + key);

export const addressOf = (base: string | undefined, source: Source): string =>
  source.fileKey === null ? source.url : fileAddress(base, source.fileKey);
