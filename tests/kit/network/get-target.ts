/** A GET of exactly this request target, which `fetch` and undici would tidy up first. */
import { get } from 'node:http';
import { json } from 'node:stream/consumers';

export const getTarget = (origin: string, target: string): Promise<{ status: number; body: unknown }> =>
  new Promise((resolve, reject) => {
    const headers = { 'apollo-require-preflight': 'yes' };
    get(origin, { path: target, headers }, (response) => {
      json(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    }).once('error', reject);
  });
