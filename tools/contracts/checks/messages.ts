/** What was ever sent can still be read, and somebody reads it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { Envelope, type MessageDefinition } from '#contracts/envelope.ts';
import { messageName, type RoutedMessage } from '#contracts/messages/index.ts';
import { subgraphNames } from '#ops/services.ts';
import pg from '#platform/database/pg.ts';
import type { MessageHandler } from '#platform/messaging/consumer.ts';
import { type Check, type Finding, note, violation } from '../check.ts';
import { runsOf } from '../runs.ts';
import { root, type Workspace } from '../workspace.ts';

// Messages as JSON Schema, and what may change in one: a queue and an event store hold what older releases wrote.

export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly [keyword: string]: unknown;
}

/** The `data` of a committed example, such as `order.confirmed.v1`. */
export const exampleData = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(root, 'contracts/examples', `${name}.json`), 'utf8')).data;

/** What a consumer accepts as `data`: unknown fields are ignored by it, so they are allowed. */
export const schemaOf = ({ data }: MessageDefinition): JsonSchema => {
  const { $schema: _, ...schema } = z.toJSONSchema(data, { io: 'input' });
  return schema as JsonSchema;
};

/**
 * Says where `after` differs from `before` by more than an optional field, as `path: what`. Within a version both
 * directions must work: a new consumer reads what was stored before, an old one what a new producer sends in a deploy.
 */
export const incompatibilities = (before: JsonSchema, after: JsonSchema, path = 'data'): string[] => {
  if (before.items && after.items)
    return [...otherKeywords(before, after, path), ...incompatibilities(before.items, after.items, `${path}[]`)];
  if (!before.properties || !after.properties) return otherKeywords(before, after, path);
  const { properties: old } = before;
  const { properties: now } = after;
  const wasRequired = new Set(before.required);
  const isRequired = new Set(after.required);
  return [
    ...otherKeywords(before, after, path),
    ...Object.keys(old).flatMap((name) => {
      const [then, present] = [old[name], now[name]];
      if (!then || !present) return [`${path}.${name} is gone`];
      const turned = wasRequired.has(name) !== isRequired.has(name);
      return [
        ...(turned ? [`${path}.${name} is now ${isRequired.has(name) ? 'required' : 'optional'}`] : []),
        ...incompatibilities(then, present, `${path}.${name}`),
      ];
    }),
    ...Object.keys(now)
      .filter((name) => !(name in old) && isRequired.has(name))
      .map((name) => `${path}.${name} is new and required`),
  ];
};

const descended = new Set(['properties', 'required', 'items', 'description', 'title']);

const otherKeywords = (before: JsonSchema, after: JsonSchema, path: string): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((keyword) => !descended.has(keyword) && !isDeepStrictEqual(before[keyword], after[keyword]))
    .map((keyword) => `${path} has another ${keyword}`);

// What services really publish fits the schema that other teams were given, not only the one it is parsed with.

export const publishedMessages: Check = {
  name: 'published-messages',
  title: 'What the outboxes of a shop hold after a day of trade fits the JSON Schemas of its messages.',
  needs: 'system',
  run: async (workspace) => {
    await runsOf(workspace);
    const { databaseUrls } = await workspace.system();
    const rows = await Promise.all(subgraphNames.map((name) => outboxOf(databaseUrls[name])));
    return judge(rows.flat(), workspace.messages);
  },
};

interface OutboxRow {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

const outboxOf = async (databaseUrl: string): Promise<OutboxRow[]> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<OutboxRow>('SELECT type, version, data FROM outbox_message')).rows;
  } finally {
    await client.end();
  }
};

export const judge = (rows: readonly OutboxRow[], messages: Workspace['messages']): Finding[] => {
  // Formats are told to people; the patterns beside them are what is checked.
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  const validators = new Map(
    messages.map((definition) => [messageName(definition), ajv.compile(schemaOf(definition))]),
  );
  const seen = new Set<string>();
  const faults = new Map<string, Finding>();
  for (const { type, version, data } of rows) {
    const name = messageName({ type, version });
    const validate = validators.get(name);
    seen.add(name);
    if (!validate)
      faults.set(name, violation(name, 'is published, and nobody defines it.', 'Define it in contracts/messages/.'));
    else if (!validate(data))
      faults.set(
        name,
        violation(
          name,
          `is published with data that its schema refuses: ${ajv.errorsText(validate.errors)}.`,
          'Mend the producer.',
        ),
      );
  }
  const silent = [...validators.keys()].filter((name) => !seen.has(name));
  return [
    ...faults.values(),
    ...silent.map((name) =>
      note(name, 'was not published on this day of trade.', 'Nothing: its example is checked by "messages".'),
    ),
  ];
};

export const messageSchemasFile = 'message-schemas.json';

export const messages: Check = {
  name: 'messages',
  title:
    'Messages change by optional additions only; every example ever committed is still consumed, and by its receivers.',
  needs: 'files',
  run: async (workspace) => [
    ...changed(workspace),
    ...examples(workspace.messages),
    ...(await consumed(workspace.messages)),
  ],
  accept: ({ baseline, messages: all }) => {
    const before = released(baseline);
    const after = Object.fromEntries(all.map((definition) => [messageName(definition), schemaOf(definition)]));
    baseline.write(messageSchemasFile, `${JSON.stringify(after, null, 2)}\n`);
    return [
      ...Object.keys(after).flatMap((name) => {
        const then = before[name];
        if (!then) return [`${name} is new`];
        return incompatibilities(then, after[name] ?? {}).map((what) => `${name}: ${what}`);
      }),
      ...Object.keys(before)
        .filter((name) => !(name in after))
        .map((name) => `${name} is gone`),
    ];
  },
};

const released = (baseline: Workspace['baseline']): Record<string, JsonSchema> =>
  JSON.parse(baseline.read(messageSchemasFile) ?? '{}') as Record<string, JsonSchema>;

const nextVersion = 'Define the next version beside it; consume both until no store or queue holds the old one.';

const changed = ({ baseline, messages: all }: Workspace): Finding[] => {
  const before = released(baseline);
  const now = new Map(all.map((definition) => [messageName(definition), definition]));
  const gone = Object.keys(before)
    .filter((name) => !now.has(name))
    .map((name) =>
      violation(name, 'is no longer defined, and event stores hold it.', 'Keep its definition and its consumers.'),
    );
  const others = [...now].flatMap(([name, definition]) => {
    const then = before[name];
    if (!then)
      return [note(name, 'is not in the baseline yet.', 'npm run contracts:accept -- messages, with the release.')];
    return incompatibilities(then, schemaOf(definition)).map((what) =>
      violation(name, `${what}: ${definition.receivers.join(', ')} may hold messages of the other form.`, nextVersion),
    );
  });
  return [...gone, ...others];
};

const examplesFolder = path.join(root, 'contracts/examples');

const examples = (all: readonly RoutedMessage[]): Finding[] => {
  const files = readdirSync(examplesFolder).filter((file) => file.endsWith('.json'));
  const names = new Set(files.map((file) => path.basename(file, '.json')));
  const without = all.map(messageName).filter((name) => !names.has(name));
  return [
    ...without.map((name) => violation(name, 'has no example.', `Write contracts/examples/${name}.json.`)),
    ...files.flatMap((file) => exampleFaults(file, all)),
  ];
};

const exampleFaults = (file: string, all: readonly RoutedMessage[]): Finding[] => {
  const name = path.basename(file, '.json');
  const definition = all.find((each) => messageName(each) === name);
  if (!definition)
    return [violation(`contracts/examples/${file}`, 'is of a message that nobody defines.', nextVersion)];
  const envelope = Envelope.safeParse(JSON.parse(readFileSync(path.join(examplesFolder, file), 'utf8')));
  const data = envelope.success ? definition.data.safeParse(envelope.data.data) : envelope;
  return data.success
    ? []
    : [
        violation(
          `contracts/examples/${file}`,
          `is no longer understood: ${data.error.issues[0]?.message}.`,
          nextVersion,
        ),
      ];
};

/** Stands for a service's use cases: the table of consumers only binds them. */
const anyApp: unknown = new Proxy(() => undefined, { get: () => anyApp });

const consumed = async (all: readonly RoutedMessage[]): Promise<Finding[]> => {
  const tables = subgraphNames.map(async (service) => {
    const table = ['consumers.ts', 'consumers/index.ts']
      .map((file) => path.join(root, 'subgraphs', service, file))
      .find((file) => existsSync(file));
    const { consumers } = (await import(table ?? '')) as {
      consumers: (app: unknown) => MessageHandler[];
    };
    const handled = new Set(consumers(anyApp).map(({ definition }) => messageName(definition)));
    const received = new Set(all.filter(({ receivers }) => receivers.includes(service)).map(messageName));
    return [
      ...[...received]
        .filter((name) => !handled.has(name))
        .map((name) =>
          violation(
            name,
            `goes to ${service}, which has no consumer for it.`,
            `Add it to subgraphs/${service}/consumers.ts, or take ${service} out of its receivers.`,
          ),
        ),
      ...[...handled]
        .filter((name) => !received.has(name))
        .map((name) =>
          violation(
            name,
            `has a consumer in ${service}, and is never sent there.`,
            `Enter ${service} in its receivers, or take the consumer away.`,
          ),
        ),
    ];
  });
  const idle = all.filter(({ receivers }) => receivers.length === 0);
  return [
    ...(await Promise.all(tables)).flat(),
    ...idle.map((definition) =>
      violation(messageName(definition), 'has no receiver.', 'Name who needs it, or do not send it.'),
    ),
  ];
};
