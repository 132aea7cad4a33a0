import { expect, it } from 'vitest';
import { aGateway, nowhere } from '#kit/gateway/builders.ts';
import { keyPair } from '#kit/user/token-builders.ts';

it('a body is as long as the operator allows', async () => {
  const away = { USER_SUBGRAPH_URL: nowhere, PRODUCT_SUBGRAPH_URL: nowhere };
  const narrow = await aGateway(await keyPair('viewer'), { ...away, LIMIT_BODY_BYTES: '200' });
  const sized = (bytes: number) => narrow.ask(`{ me }${' '.repeat(bytes)}`);
  expect((await sized(10)).status).toBe(200);
  const refused = await sized(300);
  await narrow.close();
  expect([refused.status, refused.body.errors?.[0]?.extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
});
