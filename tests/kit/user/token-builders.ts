/** Keys, access tokens as the user subgraph makes them, and servers that publish the keys. */
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { accessTokenAudience, accessTokenIssuer, accessTokenType } from '#contracts/access-token.ts';
import { newId } from '#contracts/ids.ts';
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
    type?: string;
    sid?: string;
    /** When it was issued, in milliseconds: now, when left out. */
    issuedAtMs?: number;
  } = {},
): Promise<string> =>
  new SignJWT({
    roles: over.roles ?? ['CUSTOMER'],
    permissions: over.permissions ?? permissionsOf(over.roles ?? []),
    sid: over.sid ?? 'session-1',
    iat_ms: over.issuedAtMs ?? Date.now(),
  })
    .setProtectedHeader({
      alg: 'EdDSA',
      typ: over.type ?? accessTokenType,
      ...(privateKey.kid && { kid: privateKey.kid }),
    })
    .setIssuer(over.issuer ?? accessTokenIssuer)
    .setAudience(over.audience ?? accessTokenAudience)
    .setSubject(over.sub ?? newId('User'))
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + (over.expiresInSeconds ?? 900))
    .sign(privateKey);

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

/** Serves the public keys of access tokens and counts how often it is asked. */
export const keyServer = async (keys: JWK[], port = 0): Promise<HttpFixture & { asked: () => number }> => {
  let asked = 0;
  const server = await httpServer((_, response) => {
    asked++;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  }, port);
  return { ...server, asked: () => asked };
};
