import { aPng } from '#kit/product/pictures.ts';
import { shopperOf, succeed } from '#launcher/shopper/shopper.ts';
import { AttachMediaDocument, RequestMediaUploadDocument } from '#operations/documents.generated.ts';
import type { Step } from '../step.ts';

const seller = { email: 'staff@example.com', password: 'demo-staff-1' };

interface Found {
  readonly search: { readonly edges: readonly { readonly node: { readonly slug: string } }[] };
}

export const catalogue: Step = {
  name: "search finds Korean and misspelt words under the server's locale, files come from the volume, and order's catalogue is rebuilt",
  run: async ({ gateway, stack, log }) => {
    const { client } = await shopperOf(gateway, seller);
    for (const [query, slug] of [
      ['트레일램프', 'trail-lamp-200'],
      ['trial lmap', 'trail-lamp-200'],
    ]) {
      const { data } = await client.send(`{ search(query: "${query}", first: 5) { edges { node { slug } } } }`);
      const slugs = (data as unknown as Found).search.edges.map(({ node }) => node.slug);
      if (!slugs.includes(slug ?? '')) throw new Error(`"${query}" finds ${slugs.join(', ') || 'nothing'}`);
    }

    const body = aPng(8, 8);
    const asked = { input: { contentType: 'image/png', bytes: body.length } };
    const upload = succeed(
      (await client.ask(RequestMediaUploadDocument, asked)).requestMediaUpload,
      'RequestMediaUploadSuccess',
    );
    const sent = await fetch(new URL(upload.url, gateway), { method: 'PUT', body: new Uint8Array(body) });
    if (sent.status !== 201) throw new Error(`the upload got ${sent.status}`);
    const { data } = await client.send('{ product(slug: "trail-lamp-200") { id } }');
    const { product } = data as unknown as { readonly product: { readonly id: string } };
    const input = {
      productId: product.id,
      uploadId: upload.uploadId,
      alt: [{ language: 'EN' as const, text: 'A lamp' }],
    };
    const { attachMedia } = await client.ask(AttachMediaDocument, { idempotencyKey: 'compose-picture', input });
    const { media } = succeed(attachMedia, 'AttachMediaSuccess');
    // Another process than the one that took it in.
    await stack.compose('restart', 'product');
    await stack.compose('up', '--detach', '--wait', '--pull', 'never', '--no-recreate', 'product');
    const file = await fetch(new URL(media?.url ?? '', gateway));
    if (!Buffer.from(await file.arrayBuffer()).equals(body)) throw new Error(`the picture came back as ${file.status}`);

    const rebuilt = await stack.compose(
      'exec',
      '--no-TTY',
      'order-worker',
      'node',
      'ops/rebuild.ts',
      'order',
      'catalogue',
    );
    log(rebuilt.trim().split('\n').at(-1) ?? '');
  },
};
