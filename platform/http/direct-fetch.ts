import { Agent, fetch } from 'undici';

const direct = new Agent();

/** `fetch` between our own processes: a proxy from the environment is for external addresses. */
export const directFetch = (url: string, init: RequestInit = {}): Promise<Response> =>
  // undici's own types differ from Node's in nothing that is used.
  fetch(url, { ...(init as Parameters<typeof fetch>[1]), dispatcher: direct }) as unknown as Promise<Response>;
