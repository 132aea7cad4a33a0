/** Every `extensions.code` that a client can see, for docs/api.md. Checked against the sources: see error-codes.test.ts. */
export interface ErrorCode {
  readonly codes: readonly string[];
  /** Of a response that holds nothing else; an error beside data comes with 200. */
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

const again = 'Retry after a moment.';
const withKey = 'Retry; a mutation with the same idempotency key.';
const fix = 'Fix the request.';

export const errorCodes: readonly ErrorCode[] = [
  // The request
  {
    codes: ['BAD_USER_INPUT'],
    status: 400,
    meaning: 'An argument or variable is invalid.',
    remedy: fix,
  },
  {
    codes: ['CARD_NUMBER'],
    status: 200,
    meaning: 'A token, code, note or idempotency key looks like a card number. It was not stored, logged or passed on.',
    remedy: "Enter cards in the payment provider's own fields, and send the token that they return.",
  },
  {
    codes: ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'],
    status: 400,
    meaning: 'The document is not valid GraphQL, does not fit the schema, or does not contain the named operation.',
    remedy: fix,
  },
  {
    codes: ['BAD_REQUEST', 'BAD_REQUEST_TARGET', 'BATCHING_NOT_SUPPORTED'],
    status: 400,
    meaning: 'Not a GraphQL request: malformed JSON or URL, or a list of operations.',
    remedy: fix,
  },
  {
    codes: ['INCREMENTAL_DELIVERY_NOT_SUPPORTED'],
    status: 400,
    meaning: 'The document has `@defer` or `@stream`; responses come in one piece.',
    remedy: 'Send what can wait as an operation of its own.',
  },
  { codes: ['METHOD_NOT_ALLOWED'], status: 405, meaning: 'Neither POST nor GET.', remedy: fix },
  {
    codes: ['NOT_ACCEPTABLE'],
    status: 406,
    meaning: 'The `Accept` header allows none of the available response types.',
    remedy: fix,
  },
  { codes: ['REQUEST_TIMEOUT'], status: 408, meaning: 'The request took too long to arrive.', remedy: again },
  {
    codes: ['PAYLOAD_TOO_LARGE', 'HEADERS_TOO_LARGE'],
    status: 413,
    meaning: 'The body or the headers (431) are too large.',
    remedy: fix,
  },
  { codes: ['UNSUPPORTED_MEDIA_TYPE'], status: 415, meaning: 'The body is not uncompressed UTF-8 JSON.', remedy: fix },
  {
    codes: ['COST_LIMIT_EXCEEDED'],
    status: 400,
    meaning: 'The operation could cost `extensions.requested`; the viewer is allowed `extensions.limit`.',
    remedy: 'Request smaller pages or fewer nested lists.',
  },
  {
    codes: ['DOCUMENT_LIMIT_EXCEEDED', '<WHAT>_LIMIT_EXCEEDED'],
    status: 400,
    meaning:
      'The operation is too large: document, depth, root fields, fields, aliases, directives, fragments, variables.',
    remedy: 'Split the operation.',
  },
  // Who asks
  {
    codes: ['UNAUTHENTICATED'],
    status: 401,
    meaning:
      'The field requires a session or a signed-in user; or the access token or API key is invalid, has expired or was revoked.',
    remedy: 'Refresh the session once and repeat; if that fails, sign in again.',
  },
  {
    codes: ['AUTHENTICATION_UNAVAILABLE'],
    status: 503,
    meaning: 'Access tokens and API keys cannot be verified at the moment; guests are still served.',
    remedy: again,
  },
  { codes: ['FORBIDDEN'], status: 200, meaning: 'The viewer is not allowed to do this.', remedy: 'Do not retry.' },
  {
    codes: ['UNAUTHORIZED_FIELD_OR_TYPE'],
    status: 200,
    meaning:
      'The viewer does not meet the `@authenticated`, `@requiresScopes` or `@policy` of a field (in graphs that have them). Where the whole operation is refused: 403, and `extensions.paths`.',
    remedy: 'Sign in, or do not select the field.',
  },
  {
    codes: ['NOT_FOUND'],
    status: 200,
    meaning: 'The object of a mutation does not exist, or does not belong to the viewer.',
    remedy: 'Do not retry.',
  },
  {
    codes: ['ORIGIN_NOT_ALLOWED'],
    status: 403,
    meaning: 'The origin of the page is not in `CORS_ORIGINS`.',
    remedy: 'Add the origin.',
  },
  // Too much
  {
    codes: ['RATE_LIMITED'],
    status: 429,
    meaning: 'Too many requests, or too much cost, in a short time.',
    remedy: 'Wait for `Retry-After`.',
  },
  {
    codes: ['TOO_MANY_REQUESTS'],
    status: 200,
    meaning: 'The viewer has too many concurrent requests to one subgraph. Nothing was sent.',
    remedy: again,
  },
  {
    codes: ['OVERLOADED'],
    status: 503,
    meaning: 'The gateway has too much to do. Nothing was executed.',
    remedy: 'Wait for `Retry-After`.',
  },
  {
    codes: ['RESOURCE_BUSY'],
    status: 200,
    meaning: 'Concurrent requests are changing the same object. Nothing was changed.',
    remedy: again,
  },
  // A subgraph; `extensions.service` names it
  {
    codes: ['SUBGRAPH_UNAVAILABLE'],
    status: 200,
    meaning: 'A subgraph, or its database, is unreachable.',
    remedy: withKey,
  },
  {
    codes: ['SUBGRAPH_CIRCUIT_OPEN', 'SUBGRAPH_OVERLOADED'],
    status: 200,
    meaning: 'A subgraph is failing or overloaded. Nothing was done.',
    remedy: again,
  },
  {
    codes: ['GATEWAY_TIMEOUT'],
    status: 200,
    meaning: 'A subgraph did not answer in time. A mutation may have taken effect.',
    remedy: withKey,
  },
  {
    codes: ['SUBGRAPH_BAD_RESPONSE'],
    status: 200,
    meaning: 'A subgraph sent an unusable response.',
    remedy: withKey,
  },
  {
    codes: ['PLANNING_FAILED'],
    status: 500,
    meaning: 'The operation is too difficult to plan.',
    remedy: 'Ask for less at once.',
  },
  { codes: ['SCHEMA_NOT_LOADED'], status: 503, meaning: 'The gateway is still starting.', remedy: again },
  // Trusted documents and persisted queries
  {
    codes: ['PERSISTED_QUERY_NOT_IN_LIST'],
    status: 404,
    meaning: 'No trusted document has this ID.',
    remedy: 'Publish the operation.',
  },
  {
    codes: ['QUERY_NOT_IN_SAFELIST'],
    status: 403,
    meaning: 'Only trusted documents are accepted, and this is not one.',
    remedy: 'Publish the operation.',
  },
  {
    codes: ['CANNOT_SEND_PQ_ID_AND_BODY', 'PERSISTED_QUERY_HASH_MISMATCH'],
    status: 400,
    meaning: 'An ID together with a document, or a document that does not match its hash.',
    remedy: fix,
  },
  {
    codes: ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'],
    status: 200,
    meaning: 'Automatic persisted queries: the hash is unknown, or they are switched off.',
    remedy: 'Send the document with its hash, or without one.',
  },
  // Live updates
  {
    codes: ['SUBSCRIPTION_NEEDS_STREAM', 'SUBSCRIPTION_EXPECTED'],
    status: 406,
    meaning: 'A subscription without an `Accept` for a stream, or something else sent to the stream.',
    remedy: fix,
  },
  {
    codes: ['SUBSCRIPTION_NOT_SUPPORTED'],
    status: 400,
    meaning: 'There are no updates of this field, or it stands in a fragment at the root.',
    remedy: fix,
  },
  {
    codes: ['SUBSCRIPTION_INTERRUPTED'],
    status: 200,
    meaning: 'A multipart stream has ended before its time: the gateway is being replaced.',
    remedy: 'Subscribe again.',
  },
  {
    codes: ['TOO_MANY_STREAMS'],
    status: 429,
    meaning: 'The viewer has too many open streams.',
    remedy: 'Close one.',
  },
  // Uploads (docs/media.md): in `error.code`
  {
    codes: ['LENGTH_REQUIRED', 'WRONG_LENGTH', 'INCOMPLETE'],
    status: 400,
    meaning:
      'A file without a `content-length` (411), of another length than was announced, or that did not arrive whole.',
    remedy: 'Send the whole file with its length.',
  },
  {
    codes: ['UNSUPPORTED_IMAGE', 'SVG_REFUSED', 'WRONG_TYPE', 'UNREADABLE_IMAGE'],
    status: 415,
    meaning: 'The file is no picture that is accepted, has another type than was announced, or is damaged (422).',
    remedy: 'Send another file.',
  },
  {
    codes: ['UPLOAD_NOT_FOUND', 'UPLOAD_EXPIRED', 'ALREADY_UPLOADED', 'TOO_MANY_ATTEMPTS'],
    status: 404,
    meaning: 'The address is unknown, has expired (410), or has been used (409).',
    remedy: '`requestMediaUpload` gives another one.',
  },
  { codes: ['RANGE_NOT_SATISFIABLE'], status: 416, meaning: 'The file has no such part.', remedy: fix },
  {
    codes: ['STORE_UNAVAILABLE'],
    status: 503,
    meaning: 'Files cannot be stored or read at the moment. Nothing was kept.',
    remedy: again,
  },
  {
    codes: ['INTERNAL_SERVER_ERROR'],
    status: 200,
    meaning: 'A bug. The log has it under `extensions.requestId`.',
    remedy: 'Report it with the request ID.',
  },
];
