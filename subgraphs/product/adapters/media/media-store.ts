import type { ProductId } from '#contracts/ids.ts';
import type { Localized } from '#contracts/language.ts';
import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import type { MediaFileModel, MediaModel, MediaUploadModel } from '#prisma/product/client/models.ts';
import type { FileKey, ImageType } from '../../domain/media/image.ts';
import type { Media, MediaId, Source, Upload, UploadId } from '../../domain/media/media.ts';
import type { FileRecords, MediaReads, MediaStore, UploadStore } from '../../usecases/media/ports.ts';

interface At {
  readonly now: Date;
}

const uploadOf = ({ createdBy: _, createdAt: __, tokenHash: ___, ...row }: MediaUploadModel): Upload => ({
  ...row,
  id: row.id as UploadId,
  contentType: row.contentType as ImageType,
  fileKey: row.fileKey as FileKey | null,
});

export const uploadStore = (tx: Prisma.TransactionClient, { now }: At): UploadStore => ({
  insert: async (upload) => {
    await tx.mediaUpload.create({ data: { ...upload, createdAt: now } });
  },
  setToken: async (id, tokenHash) => {
    await tx.mediaUpload.update({ where: { id }, data: { tokenHash } });
  },
  lock: async (by) => {
    const isIt = 'id' in by ? Prisma.sql`id = ${by.id}` : Prisma.sql`token_hash = ${by.tokenHash}`;
    const [row] = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM media_upload WHERE ${isIt} FOR UPDATE`;
    return row && uploadOf(await tx.mediaUpload.findUniqueOrThrow({ where: { id: row.id } }));
  },
  countAttempt: async (id) => {
    await tx.mediaUpload.update({ where: { id }, data: { attempts: { increment: 1 } } });
  },
  setFile: async (id, fileKey) => {
    await tx.mediaUpload.update({ where: { id }, data: { fileKey } });
  },
  forgetExpired: async (before, limit) => {
    await tx.$executeRaw`
      DELETE FROM media_upload
       WHERE id = ANY (ARRAY(SELECT id FROM media_upload WHERE expires_at < ${before}::timestamptz
                     ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`;
  },
});

export const fileRecords = (tx: Prisma.TransactionClient, { now }: At): FileRecords => ({
  insert: async (file) => {
    await tx.mediaFile.create({ data: { ...file, state: 'WRITING', createdAt: now } });
  },
  markStored: async (key, { width, height }, deleteAfter) => {
    const { count } = await tx.mediaFile.updateMany({
      where: { key, state: 'WRITING' },
      data: { state: 'STORED', width, height, deleteAfter },
    });
    return count === 1;
  },
  keep: async (key) => {
    const [row] = await tx.mediaFile.updateManyAndReturn({
      where: { key, state: 'STORED', deleteAfter: { not: null } },
      data: { deleteAfter: null },
    });
    if (row) return measured(row);
    return (await tx.mediaFile.count({ where: { key, state: 'STORED' } })) > 0 ? 'ATTACHED' : 'EXPIRED';
  },
  letGo: async (key, deleteAfter) => {
    await tx.mediaFile.update({ where: { key }, data: { deleteAfter } });
  },
  claimOverdue: async (before, leasedUntil, limit) => {
    const rows = await tx.$queryRaw<{ key: FileKey }[]>`
      UPDATE media_file SET state = 'DELETING', delete_after = ${leasedUntil}::timestamptz
       WHERE key = ANY (ARRAY(SELECT key FROM media_file WHERE delete_after < ${before}::timestamptz
                      ORDER BY delete_after LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING key`;
    return rows.map(({ key }) => key);
  },
  forget: async (keys) => {
    await tx.mediaFile.deleteMany({ where: { key: { in: [...keys] }, state: { not: 'STORED' } } });
  },
});

const measured = ({ contentType, bytes, width, height }: MediaFileModel) => {
  if (width === null || height === null) throw new Error('a stored file without a size, against its CHECK');
  return { contentType: contentType as ImageType, bytes, width, height };
};

export const mediaOf = ({ id, productId, alt, ...row }: MediaModel): Media => ({
  id: id as MediaId,
  productId: productId as ProductId,
  // Which of them are null, the CHECKs say.
  source: sourceOf(row),
  alt: alt as Localized,
});

const sourceOf = ({
  url,
  fileKey,
  contentType,
  bytes,
  width,
  height,
}: Omit<MediaModel, 'id' | 'productId' | 'alt'>): Source =>
  url === null ? ({ fileKey, url, contentType, bytes, width, height } as Source) : { url, fileKey: null };

export const mediaStore = (tx: Prisma.TransactionClient, { now }: At): MediaStore => ({
  ofProducts: async (products) => {
    const where = { productId: { in: [...products] } };
    const rows = await tx.media.findMany({ where, orderBy: [{ position: 'asc' }, { id: 'asc' }] });
    return Map.groupBy(rows.map(mediaOf), ({ productId }) => productId);
  },
  find: async (id) => {
    const row = await tx.media.findUnique({ where: { id } });
    return row ? mediaOf(row) : undefined;
  },
  save: async (productId, media) => {
    await tx.media.deleteMany({ where: { productId, id: { notIn: media.map(({ id }) => id) } } });
    const rows = media.map(({ id, alt, source }, position) => ({ id, alt, position, ...source }));
    await tx.$executeRaw`
      INSERT INTO media (id, product_id, position, url, file_key, alt, content_type, bytes, width, height, created_at)
      SELECT id, ${productId}, position, url, "fileKey", alt, "contentType", bytes, width, height, ${now}::timestamptz
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS row (id text, position int, url text, "fileKey" text, alt jsonb, "contentType" text, bytes int, width int, height int)
          ON CONFLICT (id) DO UPDATE SET position = excluded.position, alt = excluded.alt`;
    await tx.$executeRaw`
      UPDATE product SET version = version + 1, updated_at = ${now}::timestamptz WHERE id = ${productId}`;
  },
});

export const mediaReads = (prisma: Pick<PrismaClient, 'media'>): MediaReads => ({
  mediaOf: async (products) => {
    const rows = await prisma.media.findMany({
      where: { productId: { in: [...products] } },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    });
    return rows.map(mediaOf);
  },
});
