/** Which headers an operator lets through, from the client to the subgraphs and back. None, unless told. */
import { z } from 'zod';
import { requestIdHeader, viewerHeader } from '#contracts/viewer.ts';

/** They belong to one connection or describe one body, and the gateway has others on each side. */
const perConnection = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-type',
  'content-encoding',
];

/** The gateway's own words: a client that could set them would choose who it is. */
const neverSent = new Set([
  ...perConnection,
  'host',
  'expect',
  'accept',
  'accept-encoding',
  viewerHeader,
  requestIdHeader,
  'traceparent',
]);

/** The gateway's own answer, made from all subgraphs'. */
const neverReturned = new Set([...perConnection, 'cache-control', 'vary', 'date', requestIdHeader]);

const isToken = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);

const headerList = (refused: ReadonlySet<string>) =>
  z
    .string()
    .default('')
    .transform((text) => [...new Set(text.split(',').map((name) => name.trim().toLowerCase()))].filter(Boolean))
    .superRefine((names, context) => {
      for (const name of names) {
        if (!isToken(name)) context.addIssue({ code: 'custom', message: `"${name}" is not the name of a header` });
        if (refused.has(name))
          context.addIssue({ code: 'custom', message: `${name} is the gateway's own and cannot be forwarded` });
      }
    });

export const requestHeaderList = headerList(neverSent);
export const responseHeaderList = headerList(neverReturned);
