/** Keys, access tokens as the user subgraph makes them, and servers that publish the keys. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type AccessDenials, accessDenialsPath } from '#contracts/access-denials.ts';
import { accessTokenAudience, accessTokenIssuer, accessTokenType } from '#contracts/access-token.ts';
import { type ApiKeyQuestion, type ApiKeyVerdict, apiKeyVerificationPath } from '#contracts/api-key.ts';
import { newId, parseId } from '#contracts/ids.ts';
import type { BuiltInRole } from '#contracts/permissions.ts';
import { permissionsOf } from './viewers.ts';

export interface KeyPair {
  readonly privateKey: JWK;
  readonly publicKey: JWK;
}

export const keyPair = async (kid: string): Promise<KeyPair> => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  return {
    privateKey: { ...(await exportJWK(pair.privateKey)), kid, alg: 'EdDSA' },
    publicKey: { ...(await exportJWK(pair.publicKey)), kid, alg: 'EdDSA' },
  };
};

/** An access token as the user subgraph makes it; `over` spoils what a test wants spoilt. */
export const anAccessToken = async (
  { privateKey }: KeyPair,
  over: {
    issuer?: string;
    audience?: string;
    expiresInSeconds?: number;
    sub?: string;
    roles?: BuiltInRole[];
    /** Those of the roles, when left out. */
    permissions?: string[];
    /** As issuers other than ours have it. */
    scope?: string;
    type?: string;
    sid?: string;
    /** When it was issued, in milliseconds: now, when left out. */
    issuedAtMs?: number;
  } = {},
): Promise<string> => {
  const { issuedAtMs = Date.now(), sub = newId('User') } = over;
  const { roles = parseId('Guest', sub) ? [] : ['CUSTOMER'] } = over;
  return new SignJWT({
    roles,
    permissions: over.permissions ?? permissionsOf(roles),
    ...(over.scope !== undefined && { scope: over.scope }),
    sid: over.sid ?? 'session-1',
    iat_ms: issuedAtMs,
  })
    .setProtectedHeader({
      alg: 'EdDSA',
      typ: over.type ?? accessTokenType,
      ...(privateKey.kid && { kid: privateKey.kid }),
    })
    .setIssuer(over.issuer ?? accessTokenIssuer)
    .setAudience(over.audience ?? accessTokenAudience)
    .setSubject(sub)
    .setJti(randomUUID())
    .setIssuedAt(new Date(issuedAtMs))
    .setExpirationTime(Math.floor(Date.now() / 1000) + (over.expiresInSeconds ?? 900))
    .sign(privateKey);
};

export interface HttpFixture {
  readonly url: string;
  close(): Promise<void>;
}

/** Any HTTP server, on a port of its own or on the one given. */
export const httpServer = async (listener: RequestListener, port = 0): Promise<HttpFixture> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export interface IdentityFixture extends HttpFixture {
  /** How often it was asked for the keys. */
  asked(): number;
  /** Denies what was issued to the subject until now. */
  deny(subject: string): void;
  /** Known keys, by hash. Every other one is invalid. */
  readonly apiKeys: Map<string, ApiKeyVerdict>;
  /** The hashes that were asked about, oldest first. */
  readonly verifications: string[];
  /** What a verdict waits for. */
  beforeVerdict: () => Promise<void> | void;
}

/** What the user subgraph serves to gateways: the public keys of access tokens, denials, the verification of API keys. */
export const keyServer = async (keys: JWK[], port = 0): Promise<IdentityFixture> => {
  let asked = 0;
  const denials: AccessDenials['denials'] = [];
  const apiKeys: IdentityFixture['apiKeys'] = new Map();
  const verifications: string[] = [];
  const answerTo = async (request: IncomingMessage): Promise<unknown> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://user');
    if (pathname === accessDenialsPath)
      return {
        position: String(denials.length),
        isComplete: true,
        denials: denials.slice(Number(searchParams.get('since'))),
      };
    if (pathname === apiKeyVerificationPath) {
      const { hash } = (await json(request)) as ApiKeyQuestion;
      verifications.push(hash);
      await fixture.beforeVerdict();
      return apiKeys.get(hash) ?? { valid: false };
    }
    asked++;
    return { keys };
  };
  const server = await httpServer(async (request, response) => {
    const answer = await answerTo(request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }, port);
  const fixture: IdentityFixture = {
    ...server,
    asked: () => asked,
    deny: (subject) => void denials.push({ subject, issuedBefore: new Date().toISOString() }),
    apiKeys,
    verifications,
    beforeVerdict: () => undefined,
  };
  return fixture;
};
