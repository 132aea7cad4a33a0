import { isDeepStrictEqual } from 'node:util';
import type { ProductId } from '#contracts/ids.ts';
import type { PictureDocument } from '../../domain/import/import-document.ts';
import type { Issue } from '../../domain/import/line-faults.ts';
import { type Media, newMediaId, removedKeptMs } from '../../domain/media/media.ts';
import { saveMedia } from '../media/change-media.ts';
import type { Stores } from '../ports.ts';

export interface ProductPictures {
  readonly productId: ProductId;
  readonly line: number;
  readonly pictures: readonly PictureDocument[];
}

/**
 * The products have these pictures and no others from now on; those that they had keep their ids. A file that the product does not
 * have here cannot come with a line of text: it is left out, and told.
 */
export const importPictures = async (stores: Stores, given: readonly ProductPictures[]) => {
  const { media, files, now } = stores;
  const stored = given.length > 0 ? await media.ofProducts(given.map(({ productId }) => productId)) : new Map();
  const changed = new Set<ProductId>();
  const missing: { readonly line: number; readonly issues: readonly Issue[] }[] = [];
  for (const { productId, line, pictures } of given) {
    const before: readonly Media[] = stored.get(productId) ?? [];
    // Each that there was is one of the new ones at most: an address may be there twice.
    const left = [...before];
    const found = pictures.map((picture) => pictureOf(picture, productId, left));
    const after = found.filter((one) => one !== undefined);
    const issues = found.flatMap((one, at) =>
      one ? [] : [{ path: ['pictures', at, 'file'], message: 'is no file of this product here; left out' }],
    );
    if (issues.length > 0) missing.push({ line, issues });
    if (isDeepStrictEqual(after, before)) continue;
    changed.add(productId);
    await saveMedia(stores, productId, after);
    const kept = new Set(after.map(({ id }) => id));
    for (const { id, source } of before)
      if (!kept.has(id) && source.fileKey) await files.letGo(source.fileKey, new Date(now.getTime() + removedKeptMs));
  }
  return { changed, missing };
};

/** Takes it from those that are left. */
const pictureOf = (picture: PictureDocument, productId: ProductId, left: Media[]): Media | undefined => {
  const { alt } = picture;
  const at = left.findIndex(({ source }) =>
    'file' in picture ? source.fileKey === picture.file : source.url === picture.url,
  );
  const [own] = at < 0 ? [] : left.splice(at, 1);
  if ('file' in picture) return own && { ...own, alt };
  return { ...(own ?? { id: newMediaId(), productId, source: { url: picture.url, fileKey: null } }), alt };
};
