/** Messages as JSON Schema, and what may change in one: a queue and an event store hold what older releases wrote. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { MessageDefinition } from '#contracts/envelope.ts';
import { root } from '../world.ts';

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
