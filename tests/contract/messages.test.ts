import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Envelope, type MessageDefinition } from '#contracts/envelope.ts';
import { findMessage, messages } from '#contracts/messages/index.ts';
import { subgraphNames } from '#ops/services.ts';

const folder = path.resolve('contracts/examples');
const nameOf = ({ type, version }: Pick<MessageDefinition, 'type' | 'version'>) => `${type}.v${version}`;
const exampleOf = (definition: MessageDefinition): unknown =>
  JSON.parse(readFileSync(path.join(folder, `${nameOf(definition)}.json`), 'utf8'));

it('finds messages at all', () => expect(messages.length).toBeGreaterThan(20));

it('names each message once', () => {
  const names = messages.map(nameOf);
  expect(names).toEqual([...new Set(names)]);
});

it('has no golden example of a message that is not defined', () => {
  const examples = readdirSync(folder).map((file) => path.basename(file, '.json'));
  expect(examples.toSorted()).toEqual(messages.map(nameOf).toSorted());
});

describe.each(messages.map((definition) => [nameOf(definition), definition] as const))('%s', (name, definition) => {
  it('has a golden example that parses, with nothing in it that the schema does not know', () => {
    const example = Envelope.parse(exampleOf(definition));
    expect(nameOf(example)).toBe(name);
    expect(findMessage(example.type, example.version)).toBe(definition);
    // Unknown keys are dropped by parsing, so a field that was renamed away shows up here.
    expect(definition.data.parse(example.data)).toEqual(example.data);
    expect(Object.keys(exampleOf(definition) as object).toSorted()).toEqual(Object.keys(example).toSorted());
  });

  it('has an owner, and a receiver', () => {
    expect(subgraphNames).toContain(definition.owner);
    expect(definition.receivers).not.toEqual([]);
    for (const receiver of definition.receivers) expect(subgraphNames).toContain(receiver);
  });

  it('is described, and named after what it is about', () => {
    expect(definition.description).toMatch(/^[A-Z].*\.$/);
    expect(definition.type).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  });

  it('is asked of one service, when it is a command', () => {
    if (definition.kind === 'command') expect(definition.receivers).toHaveLength(1);
  });
});
