import { Readable } from 'node:stream';
import { AwsClient } from 'aws4fetch';
import { Agent, type Dispatcher, request } from 'undici';
import { type ByteRange, resolveRange } from '../../domain/media/byte-range.ts';
import { type FileKey, typeOfKey } from '../../domain/media/image.ts';
import { type FileStore, StoreUnavailable } from '../../usecases/media/ports.ts';

export interface S3Options {
  /** Without the bucket, such as https://s3.eu-central-1.amazonaws.com. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeouts?: Partial<S3Timeouts>;
}

interface S3Timeouts {
  readonly connectMs: number;
  /** From the end of the request to the answer, and between two pieces of it. */
  readonly answerMs: number;
}

// 3 s: a connection within a cloud takes milliseconds. 15 s: S3 answers in tens of milliseconds, with a second now and
// then; a client waits for 30.
const usualTimeouts: S3Timeouts = { connectMs: 3_000, answerMs: 15_000 };
// 64: far above the uploads and downloads that one process carries at a time.
const connections = 64;

/** Files in a bucket of S3, or of what speaks like it. Addresses name the bucket in the path, which all of them know. */
export const s3Store = (options: S3Options): FileStore & { close(): Promise<void> } => {
  const { answered, close } = s3Calls(options);

  const size = async (key: FileKey) => {
    const answer = await answered([200, 404], 'HEAD', key);
    await answer.body.dump();
    return answer.statusCode === 404 ? undefined : Number(answer.headers['content-length']);
  };
  /** A range with a beginning: not everything that speaks S3 knows the other kind. */
  const begun = async (key: FileKey, range: ByteRange | undefined) =>
    range && 'suffix' in range ? resolveRange(range, (await size(key)) ?? 0) : range;

  return {
    put: async (key, { bytes, body }) => {
      const { watched, fault } = watching(body);
      const headers = { 'content-length': String(bytes), 'content-type': typeOfKey(key) };
      try {
        const answer = await answered([200], 'PUT', key, {
          headers,
          body: Readable.from(watched, { objectMode: false }),
        });
        await answer.body.dump();
      } catch (error) {
        // A fault of the client that uploads is not one of S3.
        throw fault() ?? error;
      }
    },
    size,
    open: async (key, asked) => {
      const range = await begun(key, asked);
      const headers = range && { range: `bytes=${range.first}-${range.last ?? ''}` };
      const answer = await answered([200, 206, 404, 416], 'GET', key, headers && { headers });
      if (answer.statusCode === 200 || answer.statusCode === 206) return { ...extentOf(answer), body: answer.body };
      await answer.body.dump();
      return answer.statusCode === 404 ? undefined : 'unsatisfiable';
    },
    remove: async (key) => {
      const answer = await answered([200, 204, 404], 'DELETE', key);
      await answer.body.dump();
    },
    close,
  };
};

const s3Calls = ({ endpoint, bucket, region, accessKeyId, secretAccessKey, timeouts }: S3Options) => {
  const { connectMs, answerMs } = { ...usualTimeouts, ...timeouts };
  const signer = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
  const agent = new Agent({
    ...{ connections, connect: { timeout: connectMs } },
    ...{ headersTimeout: answerMs, bodyTimeout: answerMs },
  });

  const call = async (
    method: 'GET' | 'HEAD' | 'PUT' | 'DELETE',
    key: FileKey,
    { headers = {}, body }: { readonly headers?: Record<string, string>; readonly body?: Readable } = {},
  ): Promise<Dispatcher.ResponseData> => {
    const url = `${endpoint.replace(/\/$/, '')}/${bucket}/${key}`;
    const signed = await signer.sign(url, { method, headers });
    const sent = { dispatcher: agent, method, headers: Object.fromEntries(signed.headers), body: body ?? null };
    return request(url, sent);
  };

  /** The answer if its status is among those; its body is still to be read. */
  const answered = async (statuses: readonly number[], ...asked: Parameters<typeof call>) => {
    const answer = await reached(call(...asked));
    if (statuses.includes(answer.statusCode)) return answer;
    const text = await answer.body.text().catch(() => '');
    // The code says what is wrong (AccessDenied, NoSuchBucket, SlowDown); the rest may quote what belongs into no log.
    const code = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? 'no code';
    throw new StoreUnavailable(`S3 answered ${asked[0]} with ${answer.statusCode} (${code})`);
  };
  return { answered, close: () => agent.close() };
};

const watching = (body: AsyncIterable<Uint8Array>) => {
  let fault: unknown;
  const watched = (async function* () {
    try {
      yield* body;
    } catch (error) {
      fault = error;
      throw error;
    }
  })();
  return { watched, fault: () => fault };
};

const reached = async (answer: Promise<Dispatcher.ResponseData>): Promise<Dispatcher.ResponseData> => {
  try {
    return await answer;
  } catch (error) {
    throw new StoreUnavailable(`S3 cannot be reached: ${(error as Error).message}`, error);
  }
};

const extentOf = ({ statusCode, headers }: Dispatcher.ResponseData) => {
  if (statusCode === 200) {
    const bytes = Number(headers['content-length']);
    return { bytes, first: 0, last: bytes - 1 };
  }
  const [, first, last, bytes] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(String(headers['content-range'])) ?? [];
  return { bytes: Number(bytes), first: Number(first), last: Number(last) };
};
