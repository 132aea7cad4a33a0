/**
 * The viewer's identity on its way from the gateway to a subgraph: a short-lived signed token. The gateway holds the
 * private key; a subgraph has only the public one, so it can check an identity and cannot make one up.
 */
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { guest, Viewer, viewerAudience } from '#contracts/viewer.ts';

// 60 s: far longer than a request may take, short enough that a leaked token is soon worth nothing.
const lifeSeconds = 60;
// 30 s: what the clocks of the gateway's and a subgraph's machine may differ by, either way.
const clockToleranceSeconds = 30;
// Ed25519 costs about 100 µs a time; the same viewer asks many times a minute. 10,000 tokens are about 6 MiB, and who
// finds none pays those 100 µs.
const cacheSize = 10_000;

export type SignViewer = (viewer: Viewer, subgraph: string) => Promise<string>;
export type VerifyViewer = (token: string) => Promise<Viewer | undefined>;

/**
 * Makes out a viewer to one subgraph. Each is signed once per half-life; in between the same token is handed out. One
 * with an address goes with a single mutation and is not kept: addresses are many, and would drive out the others.
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
    if (viewer.address !== undefined) return sign(viewer, subgraph);
    const who = viewer.kind === 'guest' ? 'guest' : `${viewer.id}/${viewer.sessionId}/${viewer.roles.join()}`;
    const name = `${subgraph} ${who}`;
    const known = tokens.get(name);
    if (known) return known;
    const token = sign(viewer, subgraph);
    tokens.set(name, token);
    token.catch(() => tokens.delete(name));
    return token;
  };
};

/** Tells whom a token names; `undefined` for anything not signed by the gateway for this subgraph, or no longer valid. */
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
        // From `iat`, which this requires too: whatever its `exp` says, no token lives longer than one should.
        maxTokenAge: lifeSeconds,
        clockTolerance: clockToleranceSeconds,
      });
      const viewer = Viewer.parse(payload.viewer);
      const endsAt = Math.min(payload.exp ?? 0, (payload.iat ?? 0) + lifeSeconds);
      const leftMs = endsAt * 1000 - Date.now();
      if (leftMs > 0 && viewer.address === undefined)
        seen.set(token, viewer.kind === 'guest' ? guest : viewer, { ttl: leftMs });
      return viewer;
    } catch {
      return undefined;
    }
  };
};
