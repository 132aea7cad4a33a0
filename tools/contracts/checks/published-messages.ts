/** What services really publish fits the schema that other teams were given, not only the one it is parsed with. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { messageName } from '#contracts/messages/index.ts';
import { subgraphNames } from '#ops/services.ts';
import pg from '#platform/database/pg.ts';
import { breach, type Check, type Finding, note } from '../check.ts';
import { schemaOf } from '../rules/message-schema.ts';
import { runsOf } from '../rules/runs.ts';
import type { World } from '../world.ts';

export const publishedMessages: Check = {
  name: 'published-messages',
  title: 'What the outboxes of a shop hold after a day of trade fits the JSON Schemas of its messages.',
  needs: 'system',
  run: async (world) => {
    await runsOf(world);
    const { databaseUrls } = await world.system();
    const rows = await Promise.all(subgraphNames.map((name) => outboxOf(databaseUrls[name])));
    return judge(rows.flat(), world.messages);
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

export const judge = (rows: readonly OutboxRow[], messages: World['messages']): Finding[] => {
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
      faults.set(name, breach(name, 'is published, and nobody defines it.', 'Define it in contracts/messages/.'));
    else if (!validate(data))
      faults.set(
        name,
        breach(
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
