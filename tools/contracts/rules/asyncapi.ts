/** The AsyncAPI 3.0 document of our messages: a channel per receiving service's queue, an operation per send and receive. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Envelope } from '#contracts/envelope.ts';
import { messageName, type RoutedMessage } from '#contracts/messages/index.ts';
import { subgraphNames } from '#ops/services.ts';
import { root } from '../world.ts';
import { schemaOf } from './message-schema.ts';

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
      [
        `${definition.owner}.sends.${name}.to.${receiver}`,
        { action: 'send', title: `${definition.owner} sends ${name}`, ...common },
      ],
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
