/**
 * The viewer's identity on its way from the gateway to a subgraph: a short-lived signed token. The gateway holds the
 * private key; a subgraph has only the public one, so it can check an identity and cannot make one up.
 */
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { Viewer, viewerAudience } from '#contracts/viewer.ts';

// 60 s: far longer than a request may take, short enough that a leaked token soon expires.
const lifeSeconds = 60;
// 30 s: how far the clocks of gateway and subgraph may differ, either way.
const clockToleranceSeconds = 30;
// Ed25519 costs about 100 µs an operation, and a viewer sends many requests a minute. 10,000 tokens are about 6 MiB; a miss
// costs those 100 µs.
const cacheSize = 10_000;

export type SignViewer = (viewer: Viewer, subgraph: string) => Promise<string>;
export type VerifyViewer = (token: string) => Promise<Viewer | undefined>;

/**
 * Signs a viewer for one subgraph; a token is reused for half its life. A viewer with facts of the client belongs to a
 * single mutation and is not cached: addresses are many and would evict the others.
 */
export const viewerSigner = async (privateKey: JWK): Promise<SignViewer> => {
  const key = await importJWK(privateKey, 'EdDSA');
  const tokens = new LRUCache<string, Promise<string>>({ max: cacheSize, ttl: (lifeSeconds / 2) * 1000 });
  const sign: SignViewer = (viewer, subgraph) =>
    new SignJWT({ viewer })
      .setProtectedHeader({ alg: 'EdDSA', ...(privateKey.kid ? { kid: privateKey.kid } : {}) })
      .setAudience(viewerAudience(subgraph))
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .sign(key);
  return (viewer, subgraph) => {
    if (isOfOneRequest(viewer)) return sign(viewer, subgraph);
    const name = `${subgraph} ${JSON.stringify(viewer)}`;
    const known = tokens.get(name);
    if (known) return known;
    const token = sign(viewer, subgraph);
    tokens.set(name, token);
    token.catch(() => tokens.delete(name));
    return token;
  };
};

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
