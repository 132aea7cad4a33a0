import type { PrismaClient } from '#prisma/product/client/client.ts';
import type { MediaReads } from '../../usecases/media/ports.ts';
import { mediaOf } from './media-store.ts';

export const mediaReads = (prisma: Pick<PrismaClient, 'media'>): MediaReads => ({
  mediaOf: async (products) => {
    const rows = await prisma.media.findMany({
      where: { productId: { in: [...products] } },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    });
    return rows.map(mediaOf);
  },
});
