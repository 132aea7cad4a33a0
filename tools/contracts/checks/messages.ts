/** Every message that was ever sent can still be read, and is read by its receivers. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { Envelope, type MessageDefinition } from '#contracts/envelope.ts';
import { messageName, type RoutedMessage, sendersOf } from '#contracts/messages/index.ts';
import { databaseNames, folderOf, subgraphNames, subgraphs } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import type { MessageHandler } from '#platform/messaging/consumer.ts';
import { type Check, type Finding, note, violation, violationUnless } from '../check.ts';
import { runsOf } from '../runs.ts';
import { root, type Workspace } from '../workspace.ts';

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

const baselineFile = 'message-schemas.json';

export const messages: Check = {
  name: 'messages',
  title:
    'Messages change by optional additions only; every example ever committed is still consumed, and by its receivers.',
  needs: 'files',
  run: async (workspace) => [
    ...changed(workspace),
    ...examples(workspace.messages),
    ...workspace.messages.flatMap(conventions),
    ...(await consumed(workspace.messages)),
  ],
  accept: ({ baseline, messages: all }) => {
    const before = baseline.json<Record<string, JsonSchema>>(baselineFile);
    const after = Object.fromEntries(all.map((definition) => [messageName(definition), schemaOf(definition)]));
    baseline.writeJson(baselineFile, after);
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

const nextVersion = 'Define the next version beside it; consume both until no store or queue holds the old one.';

const changed = ({ baseline, messages: all }: Workspace): Finding[] => {
  const before = baseline.json<Record<string, JsonSchema>>(baselineFile);
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

const examplesFolder = 'contracts/examples';

const examples = (all: readonly RoutedMessage[]): Finding[] => {
  const files = readdirSync(path.join(root, examplesFolder)).filter((file) => file.endsWith('.json'));
  const without = all.map(messageName).filter((name) => !files.includes(`${name}.json`));
  return [
    ...without.map((name) => violation(name, 'has no example.', `Write ${examplesFolder}/${name}.json.`)),
    ...files.flatMap((file) => exampleFaults(file, all)),
  ];
};

const exampleFaults = (file: string, all: readonly RoutedMessage[]): Finding[] => {
  const at = `${examplesFolder}/${file}`;
  const definition = all.find((each) => `${messageName(each)}.json` === file);
  if (!definition) return [violation(at, 'is of a message that nobody defines.', nextVersion)];
  const example: unknown = JSON.parse(readFileSync(path.join(root, at), 'utf8'));
  const envelope = Envelope.safeParse(example);
  if (!envelope.success) return [violation(at, `has no valid envelope: ${z.prettifyError(envelope.error)}`, 'Fix it.')];
  const data = definition.data.safeParse(envelope.data.data);
  if (!data.success) return [violation(at, `is no longer understood: ${data.error.issues[0]?.message}.`, nextVersion)];
  // Parsing drops unknown keys, so a field that was renamed away shows up here.
  const whole = isDeepStrictEqual({ ...envelope.data, data: data.data }, example);
  const isOfIt = messageName(envelope.data) === messageName(definition);
  return violationUnless(
    whole && isOfIt,
    at,
    'has fields that the schema does not know, or another name.',
    nextVersion,
  );
};

/** Published for the record, each with what it is good for without a receiver. */
const withoutReceiver: Readonly<Record<string, string>> = {
  'product.media-changed.v1': 'its change notification tells the gateways to read the product again',
  'attribute.changed.v1': "systems that describe products; its change notification empties the gateways' caches",
  'category.changed.v1': "menus and sitemaps of the shop; its change notification empties the gateways' caches",
  'category.removed.v1': 'as category.changed',
  'collection.changed.v1': 'as category.changed; order hears of its products with product.changed',
  'collection.removed.v1': 'as category.changed',
  'stock.location-saved.v1': 'warehouse systems of the shop',
  'stock.low.v1': 'purchasing and other systems of the shop; staff have the list lowStock',
  'stock.moved.v1': 'warehouse and accounting systems of the shop; staff have the list stockMovements',
  'order.disputed.v1': 'accounting and fraud systems of the shop; staff have the list disputes',
  'stock.returned.v1': 'the sender of stock.return, which is whoever handles returns',
  'user.access-revoked.v1': 'its change notification tells the gateways to read the denials',
};

const conventions = (definition: RoutedMessage): Finding[] => {
  const { type, kind, owner, description, receivers } = definition;
  const senders: readonly string[] = sendersOf(definition, subgraphNames);
  const name = messageName(definition);
  const known: readonly string[] = subgraphNames;
  return [
    ...violationUnless(
      receivers.length > 0 || name in withoutReceiver,
      name,
      'has no receiver.',
      'List it in `receives` of a service.ts, or in `withoutReceiver` with a reason.',
    ),
    ...violationUnless(
      kind === 'event' || receivers.length <= 1,
      name,
      'is a command with several receivers.',
      'A command is for one service: publish an event instead.',
    ),
    ...violationUnless(
      senders.length > 0 && receivers.every((service) => known.includes(service)),
      name,
      `is of, or for, a service that does not exist: ${owner}, ${receivers.join(', ')}.`,
      'Correct its owner, or run npm run compose.',
    ),
    ...violationUnless(
      /^[A-Z].*\.$/.test(description) && /^[a-z]+\.[a-z]+(-[a-z]+)*$/.test(type),
      name,
      'has no sentence as its description, or is not called <noun>.<what-happened>.',
      'Follow the other messages.',
    ),
  ];
};

/** Stands for a service's use cases: the table of consumers only binds them. */
const anyApp: unknown = new Proxy(() => undefined, { get: () => anyApp });

const consumed = async (all: readonly RoutedMessage[]): Promise<Finding[]> => {
  const found = subgraphs
    .filter(({ program }) => !program)
    .map(async (service) => {
      const [table = ''] = globSync(`${folderOf(service)}/{consumers,consumers/index}.ts`, { cwd: root });
      const { consumers } = (await import(path.join(root, table))) as { consumers: (app: unknown) => MessageHandler[] };
      const handled = new Set(consumers(anyApp).map(({ definition }) => messageName(definition)));
      const received = new Set(all.filter(({ receivers }) => receivers.includes(service.name)).map(messageName));
      const fix = `Let consumers.ts and \`receives\` in service.ts of ${service.name} list the same messages.`;
      return [
        ...[...received]
          .filter((name) => !handled.has(name))
          .map((name) => violation(name, `is sent to ${service.name}, which has no consumer for it.`, fix)),
        ...[...handled]
          .filter((name) => !received.has(name))
          .map((name) => violation(name, `has a consumer in ${service.name}, and is never sent there.`, fix)),
      ];
    });
  return (await Promise.all(found)).flat();
};

/** What services really publish fits the schema that other teams were given, not only the one it is parsed with. */
export const publishedMessages: Check = {
  name: 'published-messages',
  title: 'What the outboxes of a shop hold after a day of trade fits the JSON Schemas of its messages.',
  needs: 'system',
  run: async (workspace) => {
    await runsOf(workspace);
    const { databaseUrls } = await workspace.system();
    const rows = await Promise.all(
      databaseNames.map((name) =>
        withClient(databaseUrls[name], async (client) => {
          return (await client.query<OutboxRow>('SELECT type, version, data FROM outbox_message')).rows;
        }),
      ),
    );
    return unfit(rows.flat(), workspace.messages);
  },
};

interface OutboxRow {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/** The first misfit of each message; a note for those that were not published. */
export const unfit = (rows: readonly OutboxRow[], all: Workspace['messages']): Finding[] => {
  // Formats are documentation; the patterns beside them are what is checked.
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  const validators = new Map(all.map((definition) => [messageName(definition), ajv.compile(schemaOf(definition))]));
  const seen = new Map<string, Finding[]>();
  for (const { type, version, data } of rows) {
    const name = messageName({ type, version });
    const validate = validators.get(name);
    if (seen.get(name)?.length) continue;
    if (!validate) seen.set(name, [violation(name, 'is published, and nobody defines it.', 'Define it.')]);
    else
      seen.set(
        name,
        validate(data)
          ? []
          : [violation(name, `does not fit its schema: ${ajv.errorsText(validate.errors)}.`, 'Fix the producer.')],
      );
  }
  const silent = [...validators.keys()].filter((name) => !seen.has(name));
  return [
    ...[...seen.values()].flat(),
    ...silent.map((name) => note(name, 'was not published on this day.', 'Nothing: "messages" checks its example.')),
  ];
};
