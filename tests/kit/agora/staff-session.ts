/** Variables with which every operation of the staff desk gives as much as it can, made by an administrator's work. */
import { randomUUID } from 'node:crypto';
import { newShopper, type Shopper, shopperOf, succeed } from '#launcher/shopper/shopper.ts';
import * as desk from '#operations/documents.generated.ts';
import { until } from '../vitest/until.ts';
import { productVariables } from './product-session.ts';
import type { Variables } from './sample-session.ts';

export const demoAdmin = { email: 'admin@example.com', password: 'demo-admin-1' };

// Through outbox and queue.
const auditedWithinMs = 15_000;

export const runStaffSession = async (gatewayUrl: string): Promise<{ admin: Shopper; variables: Variables }> => {
  const [admin, newcomer] = [await shopperOf(gatewayUrl, demoAdmin), await newShopper(gatewayUrl)];
  const { client } = admin;
  const key = () => ({ idempotencyKey: randomUUID() });
  const seasonal = { name: 'SEASONAL', permissions: ['orders:read'] };
  const machine = { name: 'Warehouse', permissions: ['stock:read', 'stock:write'], expiresAt: '2099-12-31T00:00:00Z' };

  await client.ask(desk.SaveRoleDocument, { ...key(), input: seasonal });
  const { createApiKey } = await client.ask(desk.CreateApiKeyDocument, { ...key(), input: machine });
  if (createApiKey?.__typename !== 'CreateApiKeySuccess') throw new Error(JSON.stringify(createApiKey));
  const { id } = createApiKey.apiKey;
  await until(
    'it is in the audit log',
    async () => (await client.ask(desk.AuditLogDocument, { subject: id })).auditLog?.edges.length === 1,
    auditedWithinMs,
  );
  const { productId, variantId } = await stockedProduct(admin);
  await client.ask(desk.SaveLocationDocument, { ...key(), input: outlet });
  const pictures = await mediaVariables(admin);
  const role = { userId: newcomer.userId, role: 'STAFF' };
  return {
    admin,
    variables: {
      ...stockVariables(variantId),
      LowStock: { first: 3 },
      ...pictures,
      ...(await searchVariables(admin, productId)),
      ...(await productVariables(admin, productId)),
      ...(await taxonomyVariables(admin)),
      ...(await paymentVariables(admin)),
      ...(await disputeVariables(admin, newcomer)),
      ApiKeys: { first: 3 },
      AuditLog: { first: 3 },
      CreateApiKey: { ...key(), input: machine },
      FindUsers: { search: 'demo', first: 3 },
      GrantRole: { ...key(), input: role },
      RemoveRole: { ...key(), input: { name: seasonal.name } },
      RevokeApiKey: { ...key(), input: { id } },
      RevokeRole: { ...key(), input: role },
      Roles: {},
      SaveRole: { ...key(), input: { name: 'WAREHOUSE', permissions: machine.permissions } },
    },
  };
};

const outlet = { code: 'outlet', name: 'Outlet', priority: 9 };

/** Two pictures elsewhere: one to revise, one to remove. */
const mediaVariables = async ({ client }: Shopper): Promise<Variables> => {
  const { product } = await client.ask(desk.ProductPageDocument, { slug: 'trail-lamp-200' });
  const once = <I extends object>(input: I) => ({ idempotencyKey: randomUUID(), input });
  const picture = { productId: product?.id ?? '', url: 'https://pictures.example/lamp.webp' };
  const attached = async (): Promise<string> => {
    const { attachMedia } = await client.ask(desk.AttachMediaDocument, once(picture));
    if (attachMedia?.__typename !== 'AttachMediaSuccess') throw new Error(JSON.stringify(attachMedia));
    return attachMedia.media?.id ?? '';
  };
  const [revised, removed] = [await attached(), await attached()];
  return {
    RequestMediaUpload: once({ contentType: 'image/png', bytes: 70 }),
    AttachMedia: once(picture),
    ReviseMedia: once({ mediaId: revised, alt: [{ language: 'EN', text: 'The lamp on a table' }], position: 0 }),
    RemoveMedia: once({ mediaId: removed }),
  };
};

/** Two sets of synonyms: one to read, one to remove. */
const searchVariables = async ({ client }: Shopper, productId: string): Promise<Variables> => {
  const once = <I extends object>(input: I) => ({ idempotencyKey: randomUUID(), input });
  const synonyms = { phrases: ['bivvy', 'bivouac'] };
  const saved = async (): Promise<string> => {
    const { saveSynonyms } = await client.ask(desk.SaveSynonymsDocument, once(synonyms));
    if (saveSynonyms?.__typename !== 'SaveSynonymsSuccess') throw new Error(JSON.stringify(saveSynonyms));
    return saveSynonyms.synonyms.id;
  };
  const pin = { query: 'torch', productIds: [productId] };
  await client.ask(desk.PinSearchResultsDocument, once(pin));
  return {
    SaveSynonyms: once({ ...synonyms, id: await saved() }),
    RemoveSynonyms: once({ id: await saved() }),
    PinSearchResults: once(pin),
  };
};

/** A captured payment, which stays as it is: what is asked of it fails. A webhook of it can be read and replayed. */
const paymentVariables = async ({ client }: Shopper): Promise<Variables> => {
  const once = (input: object) => ({ idempotencyKey: randomUUID(), input });
  const filter = { statuses: ['CAPTURED' as const] };
  const { payments } = await client.ask(desk.PaymentsDocument, { filter, first: 1 });
  const paymentId = payments?.edges[0]?.node.id ?? '';
  let providerEventId: string | undefined;
  await until(
    'its webhook is there',
    async () => {
      const { providerEvents } = await client.ask(desk.ProviderEventsDocument, { first: 1 });
      providerEventId = providerEvents?.edges[0]?.node.id;
      return providerEventId !== undefined;
    },
    auditedWithinMs,
  );
  const amount = { amount: 1, currency: 'GBP' };
  return {
    Payments: { first: 3 },
    ProviderEvents: { first: 1 },
    CapturePayment: once({ paymentId }),
    VoidPayment: once({ paymentId }),
    RefundPayment: once({ paymentId, amount, reason: 'Damaged' }),
    RecordOfflinePayment: once({ paymentId, amount }),
    RecordOfflineRefund: once({ paymentId, amount }),
    ReplayProviderEvent: once({ providerEventId }),
  };
};

/** A purchase that the customer's bank calls back. */
const disputeVariables = async (admin: Shopper, customer: Shopper): Promise<Variables> => {
  const { variantId } = await stockedProduct(customer);
  await customer.add({ variantId });
  succeed(await customer.place({ paymentMethodToken: 'tok_dispute' }), 'PlaceOrderSuccess');
  const open = { state: 'OPEN' as const, first: 3 };
  const isListed = async () => ((await admin.client.ask(desk.DisputesDocument, open)).disputes?.edges.length ?? 0) > 0;
  await until('the dispute is listed', isListed, auditedWithinMs);
  return { Disputes: open };
};

const stockedProduct = async ({ client }: Shopper) => {
  const { product } = await client.ask(desk.ProductPageDocument, { slug: 'trail-lamp-200' });
  return { productId: product?.id ?? '', variantId: product?.variants[0]?.id ?? '' };
};

/** What comes in at the outlet is not sold there before the main warehouse is empty: the purchases of others count on. */
const stockVariables = (variantId: string): Variables => {
  const document = () => ({ variantId, reference: randomUUID() });
  const once = (input: object) => ({ idempotencyKey: randomUUID(), input });
  return {
    ReceiveStock: once({ ...document(), quantity: 5, location: outlet.code }),
    AdjustStock: once({ variantId, quantity: 1, reason: 'Found behind a shelf', location: outlet.code }),
    TransferStock: once({ ...document(), quantity: 1, to: outlet.code }),
    ReturnStock: once({ ...document(), quantity: 1, disposition: 'SCRAP', reason: 'Broken', location: outlet.code }),
    SaveLocation: once(outlet),
    VariantStock: { variantId, first: 3 },
  };
};

/** Each changes something of its own, so that they can run in any order. */
const taxonomyVariables = async ({ client }: Shopper): Promise<Variables> => {
  const once = <Input>(input: Input) => ({ idempotencyKey: randomUUID(), input });
  const names = (text: string) => [{ language: 'EN' as const, text }];
  const texts = [{ language: 'EN' as const, name: 'Sample' }];
  const slug = () => `sample-${randomUUID()}`;
  const category = async () => {
    const { createCategory } = await client.ask(desk.CreateCategoryDocument, once({ slug: slug(), texts }));
    if (createCategory?.__typename !== 'CreateCategorySuccess') throw new Error(JSON.stringify(createCategory));
    return createCategory.category?.id ?? '';
  };
  const rule = { conditions: [{ brands: ['Sample'] }] };
  const collection = async () => {
    const { createCollection } = await client.ask(desk.CreateCollectionDocument, once({ slug: slug(), texts, rule }));
    if (createCollection?.__typename !== 'CreateCollectionSuccess') throw new Error(JSON.stringify(createCollection));
    return createCollection.collection?.id ?? '';
  };
  const attribute = () => ({ code: slug(), names: names('Sample'), kind: 'CHOICE' as const, choices: [choice] });
  const choice = { code: 'a', names: names('A') };
  const { defineAttribute } = await client.ask(desk.DefineAttributeDocument, once(attribute()));
  if (defineAttribute?.__typename !== 'DefineAttributeSuccess') throw new Error(JSON.stringify(defineAttribute));
  return {
    Taxonomy: {},
    CreateCategory: once({ slug: slug(), texts }),
    ReviseCategory: once({ id: await category(), texts: [{ language: 'KO', name: '예시' }] }),
    MoveCategory: once({ id: await category(), parentId: await category() }),
    RemoveCategory: once({ id: await category() }),
    DefineAttribute: once(attribute()),
    ReviseAttribute: once({ id: defineAttribute.attribute.id, names: names('Other') }),
    CreateCollection: once({ slug: slug(), texts, rule }),
    ReviseCollection: once({ id: await collection(), position: 7 }),
    RemoveCollection: once({ id: await collection() }),
  };
};
