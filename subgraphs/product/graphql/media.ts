/** The pictures of products, for everybody; and what staff do to them. */
import { CallerFault } from '#contracts/result.ts';
import { assertInput, exactlyOneOf, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { addressOf, uploadAddress } from '../domain/media/addresses.ts';
import { altIn, maxMediaPerProduct, parseMediaId, parseUploadId } from '../domain/media/media.ts';
import type { ChangedMedia } from '../usecases/media/change-media.ts';
import { languageAsked } from './language.ts';
import type { GraphqlContext } from './loaders.ts';
import { nameForm } from './product-inputs.ts';
import type { MediaResolvers, MutationResolvers, ProductResolvers } from './types.generated.ts';

const mediaIdOf = (text: string) => {
  const id = parseMediaId(text);
  if (!id) throw new CallerFault('NOT_FOUND', 'There is no such picture.');
  return id;
};

const sourceOf = (input: {
  readonly uploadId?: string | null | undefined;
  readonly url?: string | null | undefined;
}) => {
  exactlyOneOf(input, 'uploadId', 'url');
  if (input.uploadId == null) return { url: input.url ?? '' };
  const uploadId = parseUploadId(input.uploadId);
  if (!uploadId) throw new CallerFault('NOT_FOUND', 'There is no such upload.');
  return { uploadId };
};

const positionOf = (position: number | null | undefined): number | undefined => {
  assertInput(position == null || position >= 0, '"position" counts from 0.');
  return position ?? undefined;
};

export const mediaMutations = {
  requestMediaUpload: async (_, { idempotencyKey, input: { contentType, bytes } }, { app, viewer: by }) => {
    assertInput(bytes >= 1, '"bytes" must be 1 or more.');
    const command = { by, idempotencyKey: idempotencyKey ?? undefined, contentType, bytes };
    return payload(await app.commands.requestUpload(command), ({ id, token, expiresAt }) => ({
      ...{ __typename: 'RequestMediaUploadSuccess', uploadId: id, method: 'PUT', expiresAt },
      url: uploadAddress(app.mediaBaseUrl, token),
    }));
  },

  attachMedia: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.attachMedia({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ productId: requireId('Product', input.productId), from: sourceOf(input), alt: nameForm(input.alt ?? []) },
      ...{ position: positionOf(input.position), expectedVersion: input.expectedVersion ?? undefined },
    });
    return payload(result, async (changed) => ({
      __typename: 'AttachMediaSuccess',
      ...(await mediaAfter(context, changed)),
    }));
  },

  reviseMedia: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.reviseMedia({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined, mediaId: mediaIdOf(input.mediaId) },
      ...{ alt: input.alt ? nameForm(input.alt) : undefined, position: positionOf(input.position) },
      expectedVersion: input.expectedVersion ?? undefined,
    });
    return payload(result, async (changed) => ({
      __typename: 'ReviseMediaSuccess',
      ...(await mediaAfter(context, changed)),
    }));
  },

  removeMedia: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.removeMedia({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined, mediaId: mediaIdOf(input.mediaId) },
      expectedVersion: input.expectedVersion ?? undefined,
    });
    return payload(result, async ({ productId }) => ({
      ...{ __typename: 'RemoveMediaSuccess', media: null },
      product: await context.loaders.product.load({ id: productId }),
    }));
  },
} satisfies MutationResolvers;

/** Null for a picture that somebody else has removed since, and for a product that this viewer may change but not see. */
const mediaAfter = async ({ app, loaders }: GraphqlContext, { productId, mediaId }: ChangedMedia) => {
  const [all, product] = await Promise.all([app.reads.mediaOf([productId]), loaders.product.load({ id: productId })]);
  return { media: all.find(({ id }) => id === mediaId) ?? null, product };
};

export const productMedia = {
  media: async ({ id }, { first }, { loaders }) => {
    assertInput(
      first == null || (first >= 1 && first <= maxMediaPerProduct),
      `"first" must be from 1 to ${maxMediaPerProduct}.`,
    );
    return (await loaders.mediaOf.load(id)).slice(0, first ?? maxMediaPerProduct);
  },
} satisfies ProductResolvers;

export const Media = {
  url: ({ source }, _, { app }) => addressOf(app.mediaBaseUrl, source),
  alt: ({ alt }, asked, context) => altIn(alt, languageAsked(asked, context), context.app.shop.language),
  contentType: ({ source }) => (source.fileKey === null ? null : source.contentType),
  bytes: ({ source }) => (source.fileKey === null ? null : source.bytes),
  width: ({ source }) => (source.fileKey === null ? null : source.width),
  height: ({ source }) => (source.fileKey === null ? null : source.height),
} satisfies MediaResolvers;
