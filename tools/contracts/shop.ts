/** The running shop that contract checks ask: traced, without caches, and with a way to its subgraphs. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JWK } from 'jose';
import { type Viewer, viewerHeader } from '#contracts/viewer.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import type { SubgraphName } from '#ops/services.ts';
import { viewerSigner } from '#platform/auth/viewer.ts';
import { readTraces, type Trace } from '../trace.ts';

export interface Reply {
  readonly status: number;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly { readonly message: string }[];
  };
  /** Names the request's trace: see `traceOf`. */
  readonly traceId: string;
}

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: object | undefined;
  readonly operationName?: string | undefined;
}

export interface ContractShop extends TemporaryShop {
  /** As a client, with an access token or as a guest. */
  readonly ask: (request: GraphqlRequest, accessToken?: string) => Promise<Reply>;
  /** As the gateway would, in the name of a viewer. */
  readonly askSubgraph: (subgraph: SubgraphName, request: GraphqlRequest, viewer: Viewer) => Promise<Reply>;
  /** Waits for the spans of a request: services write them a little later. */
  readonly traceOf: (traceId: string) => Promise<Trace>;
}

export const openContractShop = async (): Promise<ContractShop> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-contracts-'));
  const tracesFile = path.join(folder, 'traces.jsonl');
  const env = { ...process.env, TRACES_FILE: tracesFile, RESPONSE_CACHE: 'off', ENTITY_CACHE: 'off' };
  const shop = await openTemporaryShop({ env });
  const sign = viewerSigner(JSON.parse(shop.environment.VIEWER_SIGNING_KEY ?? '{}') as JWK);
  return {
    ...shop,
    ask: (request, accessToken) =>
      post(shop.gateway, request, accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
    askSubgraph: async (subgraph, request, viewer) =>
      post(`${shop.urls[subgraph]}/graphql`, request, { [viewerHeader]: await sign(viewer, subgraph) }),
    traceOf: (traceId) => finishedTrace(tracesFile, traceId),
    stop: async (how) => {
      await shop.stop(how);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const timeoutMs = 30_000;

const post = async (url: string, request: GraphqlRequest, headers: Record<string, string>): Promise<Reply> => {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent, ...headers },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, body: (await response.json()) as Reply['body'], traceId };
};

const spansWithinMs = 20_000;

const readings = new Map<string, ReturnType<typeof readTraces>>();

/** Who asks while the file is being read gets what is read: a hundred who wait for a trace each would read all of it a hundred times. */
const readTogether = (file: string): ReturnType<typeof readTraces> => {
  const reading = readings.get(file) ?? readTraces(file).finally(() => readings.delete(file));
  readings.set(file, reading);
  return reading;
};

/** The span of the request itself ends last and is written last by its service; those below may be of others. */
const finishedTrace = async (file: string, traceId: string): Promise<Trace> => {
  let seen = -1;
  for (const deadline = Date.now() + spansWithinMs; Date.now() < deadline; await pause(500)) {
    const trace = (await readTogether(file).catch(() => [])).find((one) => one.traceId === traceId);
    const rooted = trace?.roots.some(({ span }) => span.kind === 'SERVER') ?? false;
    // Complete when it hangs together and nothing has come for one more look.
    if (trace && rooted && trace.roots.length === 1 && trace.spans.length === seen) return trace;
    seen = trace?.spans.length ?? -1;
  }
  throw new Error(`the trace ${traceId} is not complete after ${spansWithinMs / 1_000} s`);
};
