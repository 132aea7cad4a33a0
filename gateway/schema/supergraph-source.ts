/** Reads the supergraph from a file, a URL or the environment. */
import { readFile, stat } from 'node:fs/promises';
import { defaultSupergraphFile, schemaBounds } from './variables.ts';

export interface SupergraphSource {
  readonly name: string;
  /** Poll interval; undefined when the text never changes. */
  readonly everyMs: number | undefined;
  /** The text, or undefined when unchanged. Rejects when it is unavailable. */
  readonly read: (signal: AbortSignal) => Promise<string | undefined>;
}

interface SourceVariables {
  readonly SUPERGRAPH_FILE?: string | undefined;
  readonly SUPERGRAPH_URL?: string | undefined;
  readonly SUPERGRAPH_SDL?: string | undefined;
  readonly SUPERGRAPH_URL_TOKEN?: string | undefined;
  readonly SUPERGRAPH_POLL_MS?: number | undefined;
}

/** The configured one. */
export const supergraphSource = (variables: SourceVariables): SupergraphSource => {
  const { SUPERGRAPH_SDL: sdl, SUPERGRAPH_URL: url, SUPERGRAPH_POLL_MS: everyMs } = variables;
  if (sdl) return { name: 'SUPERGRAPH_SDL', everyMs: undefined, read: async () => sdl };
  if (url) return urlSource(url, variables.SUPERGRAPH_URL_TOKEN, everyMs ?? 5_000);
  return fileSource(variables.SUPERGRAPH_FILE ?? defaultSupergraphFile, everyMs ?? 1_000);
};

/**
 * Compares the file's stat instead of watching it: that works for every way of replacing a file (written over, renamed
 * over, a mounted ConfigMap's links, network disks).
 */
const fileSource = (file: string, everyMs: number): SupergraphSource => {
  let given: string | undefined;
  let seen: string | undefined;
  return {
    name: file,
    everyMs,
    read: async () => {
      const { mtimeMs, size, ino } = await stat(file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      // A half-written file may still parse, so a changed one must be stable for one interval.
      const atRest = given === undefined || stamp === seen;
      seen = stamp;
      if (stamp === given || !atRest) return undefined;
      const text = await readFile(file, 'utf8');
      given = stamp;
      return text;
    },
  };
};

const urlSource = (url: string, token: string | undefined, everyMs: number): SupergraphSource => {
  let etag: string | null = null;
  return {
    // Without credentials in the URL.
    name: new URL(url).origin + new URL(url).pathname,
    everyMs,
    read: async (signal) => {
      const response = await fetch(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(schemaBounds.fetchTimeoutMs)]),
        headers: { ...(token && { authorization: `Bearer ${token}` }), ...(etag && { 'if-none-match': etag }) },
      });
      const text = await textOf(response);
      if (response.status === 304) return undefined;
      if (response.status !== 200) throw new Error(`it answered ${response.status}`);
      etag = response.headers.get('etag');
      return text;
    },
  };
};

const textOf = async ({ body }: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > schemaBounds.maxSupergraphBytes) throw new Error('the response is too large for a supergraph');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};
