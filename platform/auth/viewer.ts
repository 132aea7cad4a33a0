/**
 * The viewer's identity on its way from the gateway to a subgraph: a short-lived signed token. The gateway holds the
 * private key; a subgraph has only the public one, so it can check an identity and cannot make one up.
 */
import { createPrivateKey, type JsonWebKey, sign as signBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { Viewer, viewerAudience } from '#contracts/viewer.ts';

// 60 s: far longer than a request may take, short enough that a leaked token soon expires.
const lifeSeconds = 60;
// 30 s: how far the clocks of gateway and subgraph may differ, either way.
const clockToleranceSeconds = 30;
// A signature costs 25 µs and a verification three times that, and a viewer sends many requests a minute. 10,000 tokens are
// about 6 MiB.
const cacheSize = 10_000;

export type SignViewer = (viewer: Viewer, subgraph: string) => string;
export type VerifyViewer = (token: string) => Promise<Viewer | undefined>;

/**
 * Signs a viewer for one subgraph; a token is reused for half its life. A viewer with facts of the client belongs to a
 * single mutation and is not cached: addresses are many and would evict the others.
 */
export const viewerSigner = (privateKey: JWK): SignViewer => {
  const key = createPrivateKey({ key: privateKey as JsonWebKey, format: 'jwk' });
  const tokens = new LRUCache<string, string>({ max: cacheSize, ttl: (lifeSeconds / 2) * 1000 });
  const header = base64url({ alg: 'EdDSA', ...(privateKey.kid && { kid: privateKey.kid }) });
  // By Node's own signature and not by jose, which signs in another thread: that takes twice the CPU of these few bytes.
  const sign: SignViewer = (viewer, subgraph) => {
    const iat = Math.floor(Date.now() / 1_000);
    const claims = { viewer, aud: viewerAudience(subgraph), iat, exp: iat + lifeSeconds };
    const signed = `${header}.${base64url(claims)}`;
    return `${signed}.${signBytes(null, Buffer.from(signed), key).toString('base64url')}`;
  };
  return (viewer, subgraph) => {
    if (isOfOneRequest(viewer)) return sign(viewer, subgraph);
    const name = `${subgraph} ${JSON.stringify(viewer)}`;
    const known = tokens.get(name);
    if (known) return known;
    const token = sign(viewer, subgraph);
    tokens.set(name, token);
    return token;
  };
};

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const isOfOneRequest = ({ address, userAgent }: Viewer): boolean => address !== undefined || userAgent !== undefined;

/** The viewer that a token names; `undefined` unless it is valid and signed by the gateway for this subgraph. */
export const viewerVerifier = (publicKeys: JSONWebKeySet, subgraph: string): VerifyViewer => {
  const keys = createLocalJWKSet(publicKeys);
  const seen = new LRUCache<string, Viewer>({ max: cacheSize });
  return async (token) => {
    const known = seen.get(token);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(token, keys, {
        audience: viewerAudience(subgraph),
        algorithms: ['EdDSA'],
        requiredClaims: ['exp'],
        // From `iat`, which this requires too: whatever its `exp`, no token lives longer.
        maxTokenAge: lifeSeconds,
        clockTolerance: clockToleranceSeconds,
      });
      const viewer = Viewer.parse(payload.viewer);
      const endsAt = Math.min(payload.exp ?? 0, (payload.iat ?? 0) + lifeSeconds);
      const leftMs = endsAt * 1000 - Date.now();
      if (leftMs > 0 && !isOfOneRequest(viewer)) seen.set(token, viewer, { ttl: leftMs });
      return viewer;
    } catch {
      return undefined;
    }
  };
};
