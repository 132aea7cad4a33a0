/** The trusted documents of the manifests, reloaded when a file changes. A broken manifest changes nothing. */
import { statSync } from 'node:fs';
import { LRUCache } from 'lru-cache';
import type { Logger } from '#platform/observability/log.ts';
import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';
import { entryBytes, textBytes } from '#platform/process/heap-bytes.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';
import { canonicalText } from './document-text.ts';
import { type Documents, manifestFiles, readManifests } from './manifest.ts';

export interface DocumentList {
  byId(id: string): string | undefined;
  /** The listed document equivalent to this text, whatever its comments, whitespace and fragment order. */
  byText(text: string): string | undefined;
  /** Checks whether a manifest has changed. */
  readonly refresh: PeriodicTask;
}

interface DocumentListOptions {
  /** Manifest files or folders of them. */
  readonly places: readonly string[];
  readonly maxTokens: number;
  readonly log: Logger;
  readonly metrics: Registry;
}

// Polled every 2 s: mounted manifests change without a file system event.
const lookEveryMs = 2_000;

/** Throws when a manifest is unusable: there is no previous one to keep yet. */
export const documentList = ({ places, maxTokens, log, metrics }: DocumentListOptions): DocumentList => {
  const { reloads, listed } = instruments(metrics);
  let seen = fingerprint(places);
  let list = lookup(readManifests(places), maxTokens);
  listed.set(list.size);

  const refresh = async (): Promise<void> => {
    const now = fingerprint(places);
    if (now === seen) return;
    seen = now;
    try {
      list = lookup(readManifests(places), maxTokens);
      listed.set(list.size);
      reloads.inc({ outcome: 'loaded' });
      log.info({ documents: list.size }, 'trusted documents reloaded');
    } catch (error) {
      reloads.inc({ outcome: 'refused' });
      log.error({ reason: (error as Error).message }, 'trusted documents not reloaded: the manifest is unusable');
    }
  };
  return {
    byId: (id) => list.byId(id),
    byText: (text) => list.byText(text),
    refresh: { name: 'trusted-documents', everyMs: lookEveryMs, run: refresh },
  };
};

// Texts that had to be parsed for the comparison: a client with its own formatting sends it every time. 4 MiB are some
// thousands; one may be as long as a document may be at all.
const spellingsBytes = 4_194_304;

const lookup = (documents: Documents, maxTokens: number) => {
  const bodies = new Map<string, string>();
  for (const body of documents.values()) {
    bodies.set(body, body);
    bodies.set(canonicalText(body, maxTokens) ?? body, body);
  }
  const spellings = new LRUCache<string, { body: string | undefined }>({
    maxSize: spellingsBytes,
    // The body belongs to the list.
    sizeCalculation: (_, text) => textBytes(text) + entryBytes,
  });
  const spelt = (text: string): string | undefined => {
    const known = spellings.get(text);
    if (known) return known.body;
    const body = bodies.get(canonicalText(text, maxTokens) ?? '');
    spellings.set(text, { body });
    return body;
  };
  return {
    size: documents.size,
    byId: (id: string) => documents.get(id),
    byText: (text: string) => bodies.get(text) ?? spelt(text),
  };
};

/** Changes when a file is added, removed, written or replaced. */
const fingerprint = (places: readonly string[]): string => {
  try {
    return manifestFiles(places)
      .map((file) => {
        const { ino, mtimeMs, size } = statSync(file);
        return `${file} ${ino} ${mtimeMs} ${size}`;
      })
      .join('\n');
  } catch (error) {
    return String(error);
  }
};

const instruments = (metrics: Registry) => ({
  reloads: new Counter({
    name: 'agora_gateway_document_list_reloads_total',
    help: 'Reloads of changed trusted-document manifests: loaded, or refused.',
    labelNames: ['outcome'],
    registers: [metrics],
  }),
  listed: new Gauge({
    name: 'agora_gateway_documents_listed',
    help: 'Number of trusted documents.',
    registers: [metrics],
  }),
});
