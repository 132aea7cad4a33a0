/**
 * Which document a request refers to, and whether it may be run: a pure decision over the list of trusted documents.
 */
import type { Viewer } from '#contracts/viewer.ts';
import type { DocumentList } from './document-list.ts';
import { documentId, isNestedDeeper } from './document-text.ts';

// 200: the introspection query nests 16 deep, LIMIT_DEPTH allows 24. The stack overflows at about 1,500.
const deepestNesting = 200;

export type TrustMode = 'off' | 'log' | 'require';

/** The document parameters of a GraphQL request, as received and unchecked. */
export interface DocumentParameters {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

export type Decision =
  /** Run this document: it is listed, or the viewer may send any. */
  | { readonly outcome: 'by_id' | 'by_text' | 'exempt'; readonly query: string }
  /** Pass the request on unchanged; others check whether it is valid. */
  | { readonly outcome: 'unchecked' | 'unlisted' | 'apq' | 'malformed' }
  | { readonly outcome: 'refused'; readonly refusal: DocumentRefusal };

export interface DocumentRefusal {
  readonly status: 400 | 403 | 404;
  readonly code: string;
  readonly message: string;
}

interface TrustOptions {
  readonly mode: TrustMode;
  readonly exemptRoles: readonly string[];
  /** Of a document's text. */
  readonly maxBytes: number;
  readonly list: Pick<DocumentList, 'byId' | 'byText'>;
}

/**
 * `undefined` parameters are ambiguous ones. Ids are looked up in every mode; texts are compared with the list in modes
 * `log` and `require`.
 */
export const decideDocument = ({ mode, exemptRoles, maxBytes, list }: TrustOptions) => {
  const isExempt = (viewer: Viewer): boolean =>
    viewer.kind === 'user' && viewer.roles.some((role) => exemptRoles.includes(role));

  const ofId = (id: string): Decision => {
    const query = list.byId(id);
    return query === undefined ? refused('unknownId') : { outcome: 'by_id', query };
  };

  const ofText = (text: string, viewer: Viewer): Decision => {
    if (mode === 'off') return { outcome: 'unchecked' };
    const query = list.byText(text);
    if (query !== undefined) return { outcome: 'by_text', query };
    if (mode === 'log') return { outcome: 'unlisted' };
    return isExempt(viewer) ? { outcome: 'exempt', query: text } : refused('unlistedText');
  };

  const ofHash = (hash: string): Decision => {
    const query = list.byId(hash);
    if (query !== undefined) return { outcome: 'by_id', query };
    // Registration is off in this mode.
    if (mode === 'require') return refused('unknownId');
    return isSha256(hash) ? { outcome: 'apq' } : refused('malformedHash');
  };

  // In the other modes Apollo Server words the error.
  const unreadable = (): Decision => (mode === 'require' ? refused('unreadable') : { outcome: 'malformed' });

  return (parameters: DocumentParameters | undefined, viewer: Viewer): Decision => {
    if (!parameters || !isObjectOrNothing(parameters.extensions)) return unreadable();
    const { query, documentId: id, extensions } = parameters;
    const text = typeof query === 'string' ? query : undefined;
    // Before it is hashed, compared, parsed or logged.
    const bytes = text === undefined ? 0 : Buffer.byteLength(text);
    if (bytes > maxBytes) return { outcome: 'refused', refusal: tooLong(bytes, maxBytes) };
    if (text !== undefined && isNestedDeeper(text, deepestNesting)) return refused('nestedTooDeeply');
    if (isGiven(id)) {
      if (typeof id !== 'string') return refused('malformedId');
      return isGiven(query) ? refused('idAndText') : ofId(id.replace(/^sha256:/, ''));
    }
    const persisted = persistedQuery(extensions);
    if (persisted === 'malformed') return refused('malformedHash');
    if (text === undefined) return persisted ? ofHash(persisted) : unreadable();
    if (persisted && persisted !== documentId(text)) return refused('hashMismatch');
    return ofText(text, viewer);
  };
};

/** Some clients send `null` for absent values. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const isObjectOrNothing = (value: unknown): boolean =>
  !isGiven(value) || (typeof value === 'object' && !Array.isArray(value));

const isSha256 = (hash: string): boolean => /^[0-9a-f]{64}$/.test(hash);

const persistedQuery = (extensions: unknown): string | 'malformed' | undefined => {
  const extension = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery;
  if (!isGiven(extension)) return undefined;
  const { version, sha256Hash } = extension as { version?: unknown; sha256Hash?: unknown };
  return version === 1 && typeof sha256Hash === 'string' && sha256Hash !== '' ? sha256Hash : 'malformed';
};

const refusals = {
  nestedTooDeeply: {
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
    message: `The document is nested more than ${deepestNesting} levels deep.`,
  },
  unknownId: {
    status: 404,
    code: 'PERSISTED_QUERY_NOT_IN_LIST',
    message: 'No published document has this id.',
  },
  unlistedText: {
    status: 403,
    code: 'QUERY_NOT_IN_SAFELIST',
    message: 'Only published documents may be run, and this is not one of them.',
  },
  idAndText: {
    status: 400,
    code: 'CANNOT_SEND_PQ_ID_AND_BODY',
    message: 'Send either "documentId" or "query", not both.',
  },
  hashMismatch: {
    status: 400,
    code: 'PERSISTED_QUERY_HASH_MISMATCH',
    message: 'The "sha256Hash" must be the SHA-256 of "query" in lower-case hex.',
  },
  unreadable: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The request must name one document: "documentId", "query", or the extension "persistedQuery", each once.',
  },
  malformedHash: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The extension "persistedQuery" must be {"version": 1, "sha256Hash": "<SHA-256 of the document in hex>"}.',
  },
  malformedId: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The "documentId" must be a string: "sha256:<SHA-256 of the document in hex>", or an id of the manifest.',
  },
} satisfies Record<string, DocumentRefusal>;

const tooLong = (bytes: number, maxBytes: number): DocumentRefusal => ({
  status: 400,
  code: 'DOCUMENT_LIMIT_EXCEEDED',
  message: `The document has ${bytes} bytes; ${maxBytes} are allowed.`,
});

const refused = (kind: keyof typeof refusals): Decision => ({ outcome: 'refused', refusal: refusals[kind] });
