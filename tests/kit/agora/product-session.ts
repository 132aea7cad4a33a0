/** Variables of the operations with which staff write products: each on a product that nobody else sells or looks at. */
import { randomUUID } from 'node:crypto';
import type { Shopper } from '#launcher/shopper/shopper.ts';
import * as desk from '#operations/documents.generated.ts';
import type { Variables } from './sample-session.ts';

const once = <T extends object>(input: T) => ({ idempotencyKey: randomUUID(), input });
const text = (language: 'EN' | 'KO', title: string) => ({ language, title, description: title });
const startsAt = () => new Date(Date.now() + 86_400_000).toISOString();

export const productVariables = async ({ client }: Shopper, likeProduct: string): Promise<Variables> => {
  const { product: like } = await client.ask(desk.EditProductDocument, { id: likeProduct });
  const categoryId = like?.category.id ?? '';
  const form = (name: string) => ({
    categoryId,
    texts: [text('EN', `Sample ${name}`), text('KO', `견본 ${name}`)],
    variants: ['A', 'B'].map((one) => ({
      sku: `SAMPLE-${name.toUpperCase()}-${one}`,
      title: [{ language: 'EN' as const, text: one }],
      prices: [{ amount: 1_000, currency: 'EUR' as const }],
    })),
  });
  const make = async (name: string) => {
    const { createProduct } = await client.ask(desk.CreateProductDocument, once(form(name)));
    if (createProduct?.__typename !== 'CreateProductSuccess') throw new Error(JSON.stringify(createProduct));
    const { product } = await client.ask(desk.EditProductDocument, { id: createProduct.product?.id ?? '' });
    if (!product) throw new Error('what staff have made they can read');
    return product;
  };
  const schedule = (variantId: string) => ({
    ...{ variantId, price: { amount: 900, currency: 'EUR' as const }, startsAt: startsAt() },
  });

  const [one, published, archived] = [await make('one'), await make('published'), await make('archived')];
  const productId = one.id;
  const [first = '', second = ''] = one.variants.map(({ id }) => id);
  await client.ask(desk.PublishProductDocument, once({ productId: published.id }));
  const { schedulePrice } = await client.ask(desk.SchedulePriceDocument, once(schedule(first)));
  const scheduled = schedulePrice?.__typename === 'SchedulePriceSuccess' ? schedulePrice.scheduledPrice?.id : undefined;
  const [variant] = form('added').variants;
  return {
    AddVariant: once({ productId, variant }),
    ArchiveProduct: once({ productId: archived.id }),
    ArchiveVariant: once({ variantId: second }),
    CancelScheduledPrice: once({ id: scheduled ?? '' }),
    CreateProduct: once(form('new')),
    EditProduct: { id: productId },
    FindProducts: { status: 'DRAFT', first: 3 },
    PublishProduct: once({ productId, publishAt: startsAt() }),
    RemoveTranslation: once({ productId, language: 'KO' }),
    ReviseProduct: once({ productId, brand: 'Sample' }),
    ReviseVariant: once({ variantId: first, weightGrams: 10 }),
    SchedulePrice: once(schedule(first)),
    SetPrice: once({ variantId: first, currency: 'KRW', amount: 15_000 }),
    SetTranslation: once({ productId, text: text('EN', 'Sample two') }),
    UnpublishProduct: once({ productId: published.id }),
  };
};
