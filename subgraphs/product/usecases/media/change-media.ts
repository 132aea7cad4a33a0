/** What staff do to the pictures of a product. Each change locks the product, and gives it its next version. */
import { message } from '#contracts/envelope.ts';
import type { ProductId } from '#contracts/ids.ts';
import type { Language } from '#contracts/language.ts';
import { ProductMediaChanged } from '#contracts/messages/product.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { type VersionConflict, versionConflict } from '../../domain/catalogue/failures.ts';
import {
  type InvalidMedia,
  type InvalidUpload,
  invalidMedia,
  invalidUpload,
  type TooManyMedia,
  tooManyMedia,
} from '../../domain/media/failures.ts';
import {
  altTexts,
  type Media,
  type MediaId,
  MediaUrl,
  maxMediaPerProduct,
  newMediaId,
  placed,
  removedKeptMs,
  type Source,
  type UploadId,
} from '../../domain/media/media.ts';
import type { Deps, Stores } from '../ports.ts';
import { type StaffCommand, staffChange } from '../staff-change.ts';

interface MediaCommand extends StaffCommand {
  /** The product's version that staff have seen; without it the last writer wins. */
  readonly expectedVersion: number | undefined;
}

type AltInput = readonly { readonly language: Language; readonly text: string }[];

export interface AttachMedia extends MediaCommand {
  readonly productId: ProductId;
  readonly from: { readonly uploadId: UploadId } | { readonly url: string };
  readonly alt: AltInput;
  /** From 0; undefined is the last. */
  readonly position: number | undefined;
}

export interface ReviseMedia extends MediaCommand {
  readonly mediaId: MediaId;
  readonly alt: AltInput | undefined;
  readonly position: number | undefined;
}

export interface RemoveMedia extends MediaCommand {
  readonly mediaId: MediaId;
}

export interface ChangedMedia {
  readonly productId: ProductId;
  readonly mediaId: MediaId;
}

type Changed<F extends Failure> = Promise<Result<ChangedMedia, F | VersionConflict | IdempotencyConflict>>;

/** A file that was uploaded, or an address elsewhere, which is stored and never fetched. */
export const attachMedia =
  (deps: Deps) =>
  async (command: AttachMedia): Changed<InvalidMedia | InvalidUpload | TooManyMedia> => {
    const { productId, from, position } = command;
    const alt = altTexts(command.alt);
    if (!alt) return fail(invalidMedia('alt'));
    const url = 'url' in from ? MediaUrl.safeParse(from.url) : undefined;
    if (url && !url.success) return fail(invalidMedia('url'));
    return changeMedia<InvalidUpload | TooManyMedia>(
      deps,
      command,
      'attachMedia',
      () => productId,
      async (before, stores) => {
        if (before.length >= maxMediaPerProduct) return fail(tooManyMedia);
        const source =
          'uploadId' in from ? await uploaded(stores, from.uploadId) : ok({ url: url?.data ?? '', fileKey: null });
        if (!source.ok) return source;
        const added: Media = { id: newMediaId(), productId, source: source.value, alt };
        return ok({ mediaId: added.id, after: moved([...before, added], added, position) });
      },
    );
  };

const uploaded = async ({ uploads, files, now }: Stores, id: UploadId): Promise<Result<Source, InvalidUpload>> => {
  const upload = await uploads.lock({ id });
  if (!upload) throw new CallerFault('NOT_FOUND', 'There is no such upload.');
  const { fileKey, expiresAt } = upload;
  if (!fileKey) return fail(invalidUpload(expiresAt <= now ? 'EXPIRED' : 'NOT_UPLOADED'));
  const file = await files.keep(fileKey);
  if (file === 'ATTACHED' || file === 'EXPIRED') return fail(invalidUpload(file));
  return ok({ url: null, fileKey, ...file });
};

/** Other texts, or another place. What is left out stays. */
export const reviseMedia =
  (deps: Deps) =>
  async (command: ReviseMedia): Changed<InvalidMedia> => {
    const { mediaId, position } = command;
    const alt = command.alt && altTexts(command.alt);
    if (command.alt && !alt) return fail(invalidMedia('alt'));
    return changeMedia<never>(deps, command, 'reviseMedia', productOf(mediaId), async (before) => {
      const revised = find(before, mediaId);
      const after = before.map((one) => (one === revised && alt ? { ...one, alt } : one));
      return ok({ mediaId, after: position === undefined ? after : moved(after, revised, position) });
    });
  };

/** Its file stays for a few minutes, for pages that are open. */
export const removeMedia =
  (deps: Deps) =>
  (command: RemoveMedia): Changed<never> => {
    const { mediaId } = command;
    return changeMedia<never>(deps, command, 'removeMedia', productOf(mediaId), async (before, { files, now }) => {
      const removed = find(before, mediaId);
      const after = before.filter((one) => one !== removed);
      const { fileKey } = removed.source;
      return ok({
        ...{ mediaId, after },
        // Once nothing refers to it any more.
        ...(fileKey && { also: () => files.letGo(fileKey, new Date(now.getTime() + removedKeptMs)) }),
      });
    });
  };

const noSuchMedia = () => new CallerFault('NOT_FOUND', 'There is no such picture.');

const productOf =
  (id: MediaId) =>
  async ({ media }: Stores): Promise<ProductId> => {
    const found = await media.find(id);
    if (!found) throw noSuchMedia();
    return found.productId;
  };

/** Under the product's lock: it may have been removed while that was waited for. */
const find = (all: readonly Media[], id: MediaId): Media => {
  const found = all.find((one) => one.id === id);
  if (!found) throw noSuchMedia();
  return found;
};

const moved = (all: readonly Media[], { id }: Media, position = all.length): Media[] => {
  const byId = new Map(all.map((one) => [one.id, one]));
  const order = placed([...byId.keys()], id, position);
  return order.flatMap((each) => byId.get(each) ?? []);
};

interface Decision {
  readonly mediaId: MediaId;
  readonly after: readonly Media[];
  readonly also?: () => Promise<void>;
}

/** Writes and announces all pictures of a product, which the caller has locked. */
export const saveMedia = async (
  { media, outbox }: Pick<Stores, 'media' | 'outbox'>,
  productId: ProductId,
  all: readonly Media[],
): Promise<void> => {
  await media.save(productId, all);
  const mediaIds = all.map(({ id }) => id);
  await outbox.add(message(ProductMediaChanged, { type: 'product', id: productId }, { productId, mediaIds }));
};

const changeMedia = <F extends Failure>(
  deps: Deps,
  { by, idempotencyKey, ...input }: MediaCommand,
  action: string,
  product: (stores: Stores) => ProductId | Promise<ProductId>,
  decide: (before: readonly Media[], stores: Stores) => Promise<Result<Decision, F>>,
): Promise<Result<ChangedMedia, F | VersionConflict | IdempotencyConflict>> =>
  staffChange<ChangedMedia, F | VersionConflict>(
    deps,
    { by, idempotencyKey },
    { action, permission: 'catalogue:write', input },
    async ({ stores, record }) => {
      const { media, catalogue } = stores;
      const productId = await product(stores);
      const stored = (await catalogue.lockProducts([productId])).get(productId);
      if (!stored) throw new CallerFault('NOT_FOUND', 'There is no such product.');
      const conflict = versionConflict(input.expectedVersion, stored.version);
      if (conflict) return fail(conflict);
      const before = (await media.ofProducts([productId])).get(productId) ?? [];
      const decided = await decide(before, stores);
      if (!decided.ok) return decided;
      const { mediaId, after, also } = decided.value;
      await saveMedia(stores, productId, after);
      await also?.();
      await record({ subject: { type: 'Product', id: productId }, details: { mediaId } });
      return ok({ productId, mediaId });
    },
  );
