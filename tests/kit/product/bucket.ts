/** A server that speaks S3, with an empty bucket, in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
// @ts-expect-error it has no types
import S3rver from '@20minutes/s3rver';

export const aBucket = async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'agora-s3-'));
  const bucket = 'media';
  const server: { run(): Promise<{ port: number }>; close(): Promise<void> } = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  return {
    /** The one account that it knows. */
    options: {
      ...{ endpoint: `http://127.0.0.1:${port}`, bucket, region: 'us-east-1' },
      ...{ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    },
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
};
