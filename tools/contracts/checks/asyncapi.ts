/** docs/asyncapi.json describes our messages in the format that other teams' tools read. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Parser } from '@asyncapi/parser';
import { z } from 'zod';
import { Envelope } from '#contracts/envelope.ts';
import { messageName, type RoutedMessage, sendersOf } from '#contracts/messages/index.ts';
import { subgraphNames } from '#ops/services.ts';
import { type Check, type Finding, violation } from '../check.ts';
import { root, type Workspace } from '../workspace.ts';
import { schemaOf } from './messages.ts';

// The AsyncAPI 3.0 document of our messages: a channel per receiving service's queue, an operation per send and receive.

export const asyncApiOf = (messages: readonly RoutedMessage[]): object => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Agora',
    version: '1.0.0',
    description:
      'What the services say to each other. Each service has one queue and gets a copy of every message it receives; at least once, in no promised order.',
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(
    subgraphNames.map((service) => [
      service,
      {
        address: service,
        description: `The queue of the ${service} service (BullMQ, on Redis or PostgreSQL).`,
        messages: Object.fromEntries(
          receivedBy(messages, service).map((definition) => [messageName(definition), { $ref: ref(definition) }]),
        ),
      },
    ]),
  ),
  operations: Object.fromEntries(
    messages.flatMap((definition) => definition.receivers.flatMap(operationsOf(definition))),
  ),
  components: {
    schemas: { Envelope: envelope },
    messages: Object.fromEntries(messages.map((definition) => [messageName(definition), messageOf(definition)])),
  },
});

const receivedBy = (messages: readonly RoutedMessage[], service: string) =>
  messages.filter(({ receivers }) => receivers.some((receiver) => receiver === service));

const ref = (definition: RoutedMessage): string => `#/components/messages/${messageName(definition)}`;

const operationsOf =
  (definition: RoutedMessage) =>
  (receiver: string): [string, object][] => {
    const name = messageName(definition);
    const common = {
      channel: { $ref: `#/channels/${receiver}` },
      messages: [{ $ref: `#/channels/${receiver}/messages/${name}` }],
    };
    return [
      ...sendersOf(definition, subgraphNames).map((sender): [string, object] => [
        `${sender}.sends.${name}.to.${receiver}`,
        { action: 'send', title: `${sender} sends ${name}`, ...common },
      ]),
      [`${receiver}.receives.${name}`, { action: 'receive', title: `${receiver} receives ${name}`, ...common }],
    ];
  };

const { $schema: _, ...envelope } = z.toJSONSchema(Envelope, { io: 'input' });

const messageOf = (definition: RoutedMessage) => {
  const { type, version, kind, description } = definition;
  return {
    name: messageName(definition),
    title: `${type}, version ${version}`,
    summary: description,
    tags: [{ name: kind }],
    correlationId: { location: '$message.payload#/correlationId' },
    payload: {
      allOf: [
        { $ref: '#/components/schemas/Envelope' },
        {
          type: 'object',
          properties: { type: { const: type }, version: { const: version }, data: schemaOf(definition) },
        },
      ],
    },
    examples: [{ name: 'golden', payload: exampleOf(definition) }],
  };
};

const exampleOf = (definition: RoutedMessage): unknown =>
  JSON.parse(readFileSync(path.join(root, 'contracts/examples', `${messageName(definition)}.json`), 'utf8'));

const file = 'docs/asyncapi.json';
const target = path.join(root, file);

const textOf = ({ messages }: Workspace): string => `${JSON.stringify(asyncApiOf(messages), null, 2)}\n`;

export const asyncApi: Check = {
  name: 'asyncapi',
  title: 'docs/asyncapi.json is current, and valid AsyncAPI.',
  needs: 'files',
  run: async (workspace) => {
    const text = textOf(workspace);
    const isCurrent = existsSync(target) && readFileSync(target, 'utf8') === text;
    const stale = isCurrent
      ? []
      : [violation(file, 'is not what contracts/messages/ defines.', 'npm run contracts:accept -- asyncapi')];
    return [...stale, ...(await faultsOf(text))];
  },
  accept: (workspace) => {
    const text = textOf(workspace);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) return [];
    writeFileSync(target, text);
    return [`wrote ${file}`];
  },
};

/** Errors found by AsyncAPI's own parser. */
export const faultsOf = async (text: string): Promise<Finding[]> => {
  const { diagnostics } = await new Parser().parse(text);
  // 0 is an error, 1 a warning; the rest is advice, such as to host the document somewhere.
  return diagnostics
    .filter(({ severity }) => severity === 0)
    .map(({ message, path: at }) =>
      violation(`${file} ${at.join('.')}`, message, 'Change tools/contracts/checks/asyncapi.ts.'),
    );
};
