/** Manifests of trusted documents, gateways that have one, and requests that name their document in every way. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BuiltInRole } from '#contracts/permissions.ts';
import { documentId } from '#gateway/documents/document-text.ts';
import type { Manifest } from '#gateway/documents/manifest.ts';
import { anAccessToken, keyPair, keyServer } from '../user/token-builders.ts';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from './gateway.ts';

/** The text of a manifest that lists these documents. */
export const aManifest = (...bodies: string[]): string => {
  const manifest: Manifest = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: bodies.map((body) => ({ id: documentId(body), name: 'Some', type: 'query', body })),
  };
  return JSON.stringify(manifest);
};

/** The extension with which APQ names a document. */
export const persistedQuery = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: documentId(text) } });

export interface DocumentsFixture {
  readonly user: SubgraphFixture;
  /** A gateway that lists the documents of the fixture. */
  start(environment: Record<string, string>): Promise<GatewayFixture>;
  bearer(...roles: BuiltInRole[]): Promise<{ authorization: string }>;
  close(): Promise<void>;
}

/** One subgraph is there, `{ me whoAmI }`, and both fields are "Ada". */
export const aDocumentsFixture = async (...listed: string[]): Promise<DocumentsFixture> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agora-documents-'));
  const manifest = path.join(folder, 'manifest.json');
  writeFileSync(manifest, aManifest(...listed));
  const tokenKey = await keyPair('token');
  const keys = await keyServer([tokenKey.publicKey]);
  const user = await aSubgraph('user', { Query: { me: () => 'Ada', whoAmI: () => 'Ada' } });
  const gateways: GatewayFixture[] = [];
  return {
    user,
    start: async (environment) => {
      const gateway = await aGateway({
        USER_SUBGRAPH_URL: user.url,
        ACCESS_TOKEN_JWKS_URL: keys.url,
        TRUSTED_DOCUMENTS_MANIFEST: manifest,
        ...environment,
      });
      gateways.push(gateway);
      return gateway;
    },
    bearer: async (...roles) => ({ authorization: `Bearer ${await anAccessToken(tokenKey, { roles })}` }),
    close: async () => {
      await Promise.all([...gateways, user, keys].map(({ close }) => close()));
      rmSync(folder, { recursive: true });
    },
  };
};

interface Answer {
  readonly data?: unknown;
  readonly errors?: { readonly extensions: { readonly code: string } }[];
}

/** The status, and the data or the first error's code. */
export const outcome = async (response: Response): Promise<[number, unknown]> =>
  outcomeOf({ status: response.status, body: await response.json() });

export const outcomeOf = ({ status, body }: { status: number; body: unknown }): [number, unknown] => {
  const { data, errors } = body as Answer;
  return [status, errors?.[0]?.extensions.code ?? data];
};

/** What `outcome` says of a POST of this body. */
export const post = async ({ url }: GatewayFixture, body: object, headers: Record<string, string> = {}) =>
  outcome(
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  );

/** A GET as a client sends it; what is not a string is sent as JSON. */
export const get = ({ url }: GatewayFixture, parameters: Record<string, unknown>): Promise<Response> => {
  const texts = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const search = new URLSearchParams(Object.fromEntries(texts) as Record<string, string>);
  return fetch(`${url}/graphql?${search}`, { headers: { 'apollo-require-preflight': 'yes' } });
};
