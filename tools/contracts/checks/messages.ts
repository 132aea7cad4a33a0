/** What was ever sent can still be read, and somebody reads it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Envelope } from '#contracts/envelope.ts';
import { messageName, type RoutedMessage } from '#contracts/messages/index.ts';
import { subgraphNames } from '#ops/services.ts';
import type { MessageHandler } from '#platform/messaging/consumer.ts';
import { breach, type Check, type Finding, note } from '../check.ts';
import { incompatibilities, type JsonSchema, schemaOf } from '../rules/message-schema.ts';
import { root, type World } from '../world.ts';

export const messageSchemasFile = 'message-schemas.json';

export const messages: Check = {
  name: 'messages',
  title:
    'Messages change by optional additions only; every example ever committed is still consumed, and by its receivers.',
  needs: 'files',
  run: async (world) => [...changed(world), ...examples(world.messages), ...(await consumed(world.messages))],
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

const released = (baseline: World['baseline']): Record<string, JsonSchema> =>
  JSON.parse(baseline.read(messageSchemasFile) ?? '{}') as Record<string, JsonSchema>;

const nextVersion = 'Define the next version beside it; consume both until no store or queue holds the old one.';

const changed = ({ baseline, messages: all }: World): Finding[] => {
  const before = released(baseline);
  const now = new Map(all.map((definition) => [messageName(definition), definition]));
  const gone = Object.keys(before)
    .filter((name) => !now.has(name))
    .map((name) =>
      breach(name, 'is no longer defined, and event stores hold it.', 'Keep its definition and its consumers.'),
    );
  const others = [...now].flatMap(([name, definition]) => {
    const then = before[name];
    if (!then)
      return [note(name, 'is not in the baseline yet.', 'npm run contracts:accept -- messages, with the release.')];
    return incompatibilities(then, schemaOf(definition)).map((what) =>
      breach(name, `${what}: ${definition.receivers.join(', ')} may hold messages of the other form.`, nextVersion),
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
    ...without.map((name) => breach(name, 'has no example.', `Write contracts/examples/${name}.json.`)),
    ...files.flatMap((file) => exampleFaults(file, all)),
  ];
};

const exampleFaults = (file: string, all: readonly RoutedMessage[]): Finding[] => {
  const name = path.basename(file, '.json');
  const definition = all.find((each) => messageName(each) === name);
  if (!definition) return [breach(`contracts/examples/${file}`, 'is of a message that nobody defines.', nextVersion)];
  const envelope = Envelope.safeParse(JSON.parse(readFileSync(path.join(examplesFolder, file), 'utf8')));
  const data = envelope.success ? definition.data.safeParse(envelope.data.data) : envelope;
  return data.success
    ? []
    : [breach(`contracts/examples/${file}`, `is no longer understood: ${data.error.issues[0]?.message}.`, nextVersion)];
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
          breach(
            name,
            `goes to ${service}, which has no consumer for it.`,
            `Add it to subgraphs/${service}/consumers.ts, or take ${service} out of its receivers.`,
          ),
        ),
      ...[...handled]
        .filter((name) => !received.has(name))
        .map((name) =>
          breach(
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
      breach(messageName(definition), 'has no receiver.', 'Name who needs it, or do not send it.'),
    ),
  ];
};
