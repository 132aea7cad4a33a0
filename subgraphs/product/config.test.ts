import { expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { productVariables } from './config.ts';

const bucket = {
  MEDIA_S3_ENDPOINT: 'https://s3.example',
  MEDIA_S3_BUCKET: 'pictures',
  MEDIA_S3_ACCESS_KEY_ID: 'id',
  MEDIA_S3_SECRET_ACCESS_KEY: 'secret',
};
const faultsOf = (more: Record<string, string>) => {
  const env = {
    PRODUCT_DATABASE_URL: 'postgresql://product@127.0.0.1/product',
    VIEWER_VERIFY_KEYS: '{"keys":[{"kty":"OKP"}]}',
    ...more,
  };
  const result = parseConfig(productVariables, env);
  return 'faults' in result ? result.faults : [];
};

test('files are in a folder, in a bucket, or nowhere', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ MEDIA_DIR: '/media' })).toEqual([]);
  expect(faultsOf({ MEDIA_DIR: '/media', ...bucket })).toEqual([]);
});

test.each(Object.keys(bucket))('a bucket without %s is a fault, not a folder', (name) => {
  expect(faultsOf({ ...bucket, [name]: '' })).toEqual([expect.stringMatching(`^${name}: is required`)]);
});

test('no file may be larger than what gateway and edge let through', () => {
  expect(faultsOf({ MEDIA_MAX_BYTES: '20971520' })).toEqual([]);
  expect(faultsOf({ MEDIA_MAX_BYTES: '20971521' })).toHaveLength(1);
});
