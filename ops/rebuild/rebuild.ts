/** Makes a read model anew from its source's event store while the service goes on using and writing it (docs/adr/0040). */
import type { Envelope } from '#contracts/envelope.ts';
import { databaseAddress } from '#platform/database/address.ts';
import { withClient } from '#platform/database/client.ts';
import type pg from '#platform/database/pg.ts';
import { dispatcher, type MessageHandler } from '#platform/messaging/consumer.ts';
import type { ReadModel } from '#platform/service/descriptor.ts';
import type { EventSource } from './event-source.ts';
import {
  type Ahead,
  aheadOfShadow,
  createShadow,
  dropShadow,
  type Exchange,
  exchange,
  lockRebuild,
  shadowSchemaOf,
  shadowSequences,
} from './shadow.ts';

/** What a module that a descriptor names in `readModels` gives: the service's own consumers, over any database of its form. */
export interface ReadModels {
  readonly handlers: Readonly<Record<string, readonly MessageHandler[]>>;
  /** How many messages they may take at once. */
  readonly concurrency: number;
  close(): Promise<void>;
}

export interface RebuildOptions {
  readonly name: string;
  readonly model: ReadModel;
  /** Of the service whose read model it is, past a pooler. */
  readonly databaseUrl: string;
  readonly open: (databaseUrl: string) => ReadModels;
  readonly source: EventSource;
  /** After each page: how many of the aggregates are in the shadow. */
  readonly progress: (done: number, of: number) => unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface Rebuilt extends Exchange {
  readonly aggregates: number;
}

/** Another rebuild of the same read model is running. */
export class Busy extends Error {}

// 3 rounds: each leaves only what has come in during the one before it, which takes a fraction of a second. What then is still
// newer in the live tables remains as it is there.
const catchUpRounds = 3;

/** Whatever it throws, the live tables are as they were: only the last step writes to them, in one transaction. */
export const rebuild = ({
  name,
  model,
  databaseUrl,
  open,
  source,
  progress,
  signal,
}: RebuildOptions): Promise<Rebuilt> =>
  withClient(databaseUrl, async (client) => {
    const shadow = shadowSchemaOf(name);
    const places = { model, live: databaseAddress(databaseUrl).schema, shadow };
    if (!(await lockRebuild(client, shadow))) throw new Busy(`another rebuild of ${name} is running`);
    await createShadow(client, places);
    const readModels = open(withSchema(databaseUrl, shadow));
    try {
      const handle = dispatcher(`rebuild of ${name}`, readModels.handlers[name] ?? []);
      const take = takerOf(handle, readModels.concurrency, signal);
      const aggregates = await copyAll(source, take, progress);
      const disowned = await catchUp(client, places, { source, take });
      signal?.throwIfAborted();
      return { aggregates, ...(await exchange(client, places, disowned)) };
    } finally {
      await readModels.close();
      await dropShadow(client, shadow);
    }
  });

/** Its tables are found there first, and the service's own next. */
const withSchema = (databaseUrl: string, schema: string): string => {
  const { connectionString } = databaseAddress(databaseUrl);
  return `${connectionString}${connectionString.includes('?') ? '&' : '?'}schema=${schema}`;
};

type Take = (messages: readonly Envelope[]) => Promise<void>;

/** An aggregate's messages one after the other, as they were published; aggregates side by side. */
const takerOf =
  (handle: (message: Envelope) => Promise<void>, concurrency: number, signal: AbortSignal | undefined): Take =>
  async (messages) => {
    const waiting = Map.groupBy(messages, ({ aggregate }) => aggregate.id).values();
    const work = async (): Promise<void> => {
      for (const ofOne of waiting)
        for (const message of ofOne) {
          signal?.throwIfAborted();
          await handle(message);
        }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  };

const copyAll = async (source: EventSource, take: Take, progress: RebuildOptions['progress']): Promise<number> => {
  let [done, expected] = [0, 0];
  for await (const { messages, aggregates } of source.all()) {
    expected = aggregates ?? expected;
    await take(messages);
    done += new Set(messages.map(({ aggregate }) => aggregate.id)).size;
    progress(done, expected);
  }
  return done;
};

/** Answers what the source has disowned: it has no such aggregate, or none of that sequence, so the live table is wrong. */
const catchUp = async (
  client: pg.Client,
  places: Parameters<typeof aheadOfShadow>[1],
  { source, take }: { readonly source: EventSource; readonly take: Take },
): Promise<readonly Ahead[]> => {
  const disowned = new Map<string, Ahead>();
  for (let round = 0; round < catchUpRounds; round++) {
    const ahead = (await aheadOfShadow(client, places)).filter(
      ({ id, sequence }) => disowned.get(id)?.sequence !== sequence,
    );
    if (ahead.length === 0) break;
    const ids = ahead.map(({ id }) => id);
    await take(await source.of(ids));
    const taken = await shadowSequences(client, places, ids);
    for (const each of ahead) if ((taken.get(each.id) ?? 0) < each.sequence) disowned.set(each.id, each);
  }
  return [...disowned.values()];
};
