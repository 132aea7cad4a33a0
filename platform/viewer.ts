/**
 * The viewer's identity on its way from the gateway to a subgraph: a short-lived signed token. The gateway holds the
 * private key; a subgraph has only the public one, so it can check an identity and cannot make one up.
 */
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { guest, Viewer, viewerAudience } from '../contracts/viewer.ts';

// 60 s: far longer than a request may take, short enough that a leaked token is soon worth nothing.
const lifeSeconds = 60;
// Ed25519 costs about 50–100 µs a time; the same viewer asks many times a minute.
const cacheSize = 10_000;

/** Signs each viewer once per half-life; in between the same token is handed out. */
export const viewerSigner = async (privateKey: JWK): Promise<(viewer: Viewer) => Promise<string>> => {
  const key = await importJWK(privateKey, 'EdDSA');
  const tokens = new LRUCache<string, Promise<string>>({ max: cacheSize, ttl: (lifeSeconds / 2) * 1000 });
  const sign = (viewer: Viewer) =>
    new SignJWT({ viewer })
      .setProtectedHeader({ alg: 'EdDSA', ...(privateKey.kid ? { kid: privateKey.kid } : {}) })
      .setAudience(viewerAudience)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .sign(key);
  return (viewer) => {
    const name = viewer.kind === 'guest' ? 'guest' : `${viewer.id}/${viewer.sessionId}/${viewer.roles.join()}`;
    const known = tokens.get(name);
    if (known) return known;
    const token = sign(viewer);
    tokens.set(name, token);
    token.catch(() => tokens.delete(name));
    return token;
  };
};

/** Tells whom a token names; `undefined` for anything not signed by the gateway or no longer valid. */
export const viewerVerifier = (publicKeys: JSONWebKeySet): ((token: string) => Promise<Viewer | undefined>) => {
  const keys = createLocalJWKSet(publicKeys);
  const seen = new LRUCache<string, Viewer>({ max: cacheSize });
  return async (token) => {
    const known = seen.get(token);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(token, keys, { audience: viewerAudience, algorithms: ['EdDSA'] });
      const viewer = Viewer.parse(payload.viewer);
      const leftMs = (payload.exp ?? 0) * 1000 - Date.now();
      if (leftMs > 0) seen.set(token, viewer.kind === 'guest' ? guest : viewer, { ttl: leftMs });
      return viewer;
    } catch {
      return undefined;
    }
  };
};
