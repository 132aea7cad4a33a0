/** Asks a service for what its event store has, over HTTP, signed both ways (contracts/event-page.ts). */
import { setTimeout as pause } from 'node:timers/promises';
import type { Envelope } from '#contracts/envelope.ts';
import {
  aggregatesPerPage,
  EventPage,
  type EventPageRequest,
  eventPageFormat,
  eventPagePath,
  signatureHeader,
} from '#contracts/event-page.ts';
import type { BusSignature } from '#platform/auth/bus-signature.ts';
import { directFetch } from '#platform/http/direct-fetch.ts';
import type { ReadModel } from '#platform/service/descriptor.ts';

export interface EventSource {
  /** Each page of all aggregates; with the first one, how many there are. */
  all(): AsyncGenerator<{ readonly messages: readonly Envelope[]; readonly aggregates?: number | undefined }>;
  /** What there is of these. */
  of(ids: readonly string[]): Promise<readonly Envelope[]>;
}

export interface EventSourceOptions {
  /** Where the source processes its queue, such as http://inventory:4002. */
  readonly address: string;
  readonly model: ReadModel;
  readonly signature: BusSignature;
  /** How long the source may be away before this gives up. */
  readonly patienceMs: number;
  readonly report: (sentence: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A page that is not to be believed, or a source that refuses: trying again would change nothing. */
class Refusal extends Error {}

// 30 s: a page takes milliseconds, on a database that is busy some seconds.
const answerWithinMs = 30_000;
// Half a second, and twice as long each next time, up to 5 s: a deploy takes about that long.
const firstPauseMs = 500;
const longestPauseMs = 5_000;

export const eventSource = (options: EventSourceOptions): EventSource => {
  const { aggregate, messages, parts } = options.model;
  const question = {
    format: eventPageFormat,
    aggregate,
    messages: messages.map(({ type, version }) => ({ type, version })),
    ...(parts && { parts }),
  };
  return {
    async *all() {
      for (let after: string | null = null; ; ) {
        const page: EventPage = await pageOf(options, { ...question, of: { after } });
        yield page;
        if (page.next === null) return;
        if (page.next === after) throw new Refusal(`${options.model.source} serves the same page for ever`);
        after = page.next;
      }
    },
    async of(ids) {
      const found: Envelope[] = [];
      for (let start = 0; start < ids.length; start += aggregatesPerPage) {
        const some = ids.slice(start, start + aggregatesPerPage);
        found.push(...(await pageOf(options, { ...question, of: { ids: some } })).messages);
      }
      return found;
    },
  };
};

/** Tries again while the source is away. */
const pageOf = async (options: EventSourceOptions, question: EventPageRequest): Promise<EventPage> => {
  const { model, patienceMs, report, signal } = options;
  const from = performance.now();
  for (let pauseMs = firstPauseMs, tries = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs), tries++) {
    try {
      return await askOnce(options, question);
    } catch (fault) {
      signal?.throwIfAborted();
      if (fault instanceof Refusal || performance.now() - from + pauseMs > patienceMs) throw fault;
      if (tries === 1) report(`waiting: ${(fault as Error).message} (${model.source} may be restarting)`);
    }
    await pause(pauseMs, undefined, { ...(signal && { signal }) });
  }
};

const askOnce = async (
  { address, model, signature, signal }: EventSourceOptions,
  question: EventPageRequest,
): Promise<EventPage> => {
  const asked = JSON.stringify(question);
  const token = await signature.signQuestion(model.source, asked);
  const signals = [AbortSignal.timeout(answerWithinMs), ...(signal ? [signal] : [])];
  const response = await directFetch(new URL(eventPagePath, address).href, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: asked,
    signal: AbortSignal.any(signals),
  }).catch((cause: Error) => {
    throw new Error(`${model.source} does not answer at ${address}`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text, { source: model.source, address });
  if (!signature.isAnswer(token, text, response.headers.get(signatureHeader) ?? ''))
    throw new Refusal(`the page that came from ${address} is not signed by ${model.source}: nothing was taken from it`);
  return believable(text, model);
};

// 500, 502, 503, 504, 408, 429: it, or what is between, cannot now.
const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 429;

const refusal = (status: number, text: string, { source, address }: { source: string; address: string }): Error => {
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'no reason';
  const sentence = `${source} answers ${status} (${code}) at ${address}${eventPagePath}${hints[code] ?? hints[status] ?? ''}`;
  return isPassing(status) && code !== 'NO_BUS_PASSWORD' ? new Error(sentence) : new Refusal(sentence);
};

const hints: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: ': its password of the bus is another one than ours, or a clock is wrong by more than half a minute',
  NO_BUS_PASSWORD: ': give Redis (or the database of the events) a password',
  UNKNOWN_FORMAT: ': it is of another release; run this from the image of that one',
  404: ': a process that has its queue serves events, of a release that knows them',
};

const believable = (text: string, { source, aggregate, messages }: ReadModel): EventPage => {
  const json: unknown = JSON.parse(text);
  const format = (json as { format?: unknown }).format;
  if (format !== eventPageFormat)
    throw new Refusal(`${source} serves pages of format ${String(format)}, and this release reads ${eventPageFormat}`);
  const page = EventPage.safeParse(json);
  if (!page.success) throw new Refusal(`${source} serves pages that this release cannot read`);
  const other = page.data.messages.find(
    (message) =>
      message.aggregate.type !== aggregate ||
      !messages.some(({ type, version }) => type === message.type && version === message.version),
  );
  if (other) throw new Refusal(`${source} serves ${other.type} v${other.version}, for which nobody asked`);
  return page.data;
};
