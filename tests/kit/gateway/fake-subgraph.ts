/** Subgraphs whose every answer a test decides, with its `cache-control`, and which remember what they were asked. */
import type { SubgraphRequest } from '#gateway/upstream/subgraph-call.ts';
import { type HttpFixture, httpServer } from '../user/token-builders.ts';

const forAMinute = 'max-age=60, public';

export interface FakeAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly object[];
  /** `forAMinute` when nothing is said, none when it is empty. */
  readonly cacheControl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeSubgraph extends HttpFixture {
  /** What came, oldest first. */
  readonly asked: SubgraphRequest[];
  /** From now on. */
  answer: (request: SubgraphRequest) => FakeAnswer | Promise<FakeAnswer>;
}

export const aFakeSubgraph = async (answer: FakeSubgraph['answer']): Promise<FakeSubgraph> => {
  const server = await httpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as SubgraphRequest;
    fake.asked.push(asked);
    const { cacheControl = forAMinute, headers = {}, ...body } = await fake.answer(asked);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (cacheControl) response.setHeader('cache-control', cacheControl);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  const fake: FakeSubgraph = { ...server, asked: [], answer };
  return fake;
};

/** The ids that an `_entities` fetch named. */
export const idsIn = ({ variables }: SubgraphRequest): string[] =>
  ((variables?.representations ?? []) as { id: string }[]).map(({ id }) => id);

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

/** Answers wait before it until it is opened. */
export const aGate = (): Gate => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
};

/** Whatever is started through it is closed after each test, the newest first. Takes Vitest's hook of the file. */
export const closedAfterEach = (afterEach: (close: () => Promise<void>) => void) => {
  const running: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of running.splice(0).toReversed()) await each.close();
  });
  return async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    running.push(started);
    return started;
  };
};
