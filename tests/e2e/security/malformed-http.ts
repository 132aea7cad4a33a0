/** Malformed HTTP: what a foreign page can make a browser send, and what a client claims about itself. */
import { get, gql, json, product, type Row, raw } from './requests.ts';

const signIn = 'mutation { signIn(input: {email: "customer@example.com", password: "x"}) { __typename } }';
export const malformedHttp: readonly Row[] = [
  ['a mutation from an image tag', get(signIn), 400, 'BAD_REQUEST'],
  ['a mutation by GET', get(signIn, { 'apollo-require-preflight': '1' }), 405, 'BAD_REQUEST'],
  [
    'a form of a foreign page',
    raw(`query=${encodeURIComponent(signIn)}`, { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'an upload of a foreign page',
    raw('--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'JSON that says it is text',
    raw(JSON.stringify({ query: signIn }), { 'content-type': 'text/plain' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'JSON that says it is text and JSON',
    raw(JSON.stringify({ query: signIn }), { 'content-type': 'text/plain; application/json' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'JSON that does not say what it is',
    raw(new TextEncoder().encode(JSON.stringify({ query: signIn })), {}),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'JSON that says it is compressed',
    raw(JSON.stringify({ query: product }), { ...json, 'content-encoding': 'gzip' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    "a viewer of the client's own making",
    { ...gql('{ me { id } }'), headers: { ...json, 'x-agora-viewer': '{"kind":"user","roles":["ADMIN"]}' } },
    200,
    null,
  ],
  [
    'a token that is none',
    { ...gql(product), headers: { ...json, authorization: 'Bearer a.b.c' } },
    401,
    'UNAUTHENTICATED',
  ],
];
