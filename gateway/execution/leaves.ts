/**
 * Scalars and enums as JSON text. A subgraph has serialized them already, so a value of another kind is invalid and not
 * converted: it says that subgraph and supergraph are out of step.
 */
import { type GraphQLLeafType, isEnumType } from 'graphql';

/** The text, or `undefined` when the type has no such value. Null is not among the values. */
export type WriteLeaf = (value: unknown) => string | undefined;

// Everything that JSON escapes, and surrogates, which have to be in pairs.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that JSON escapes
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

/** `JSON.stringify` for strings; most need no escape, which is seen in half its time. */
export const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`);

const string: WriteLeaf = (value) => (typeof value === 'string' ? quoted(value) : undefined);

// As the specification has it: 32 bits.
const int: WriteLeaf = (value) => (typeof value === 'number' && (value | 0) === value ? `${value}` : undefined);

const float: WriteLeaf = (value) => (typeof value === 'number' && Number.isFinite(value) ? `${value}` : undefined);

const boolean: WriteLeaf = (value) => (typeof value === 'boolean' ? `${value}` : undefined);

const id: WriteLeaf = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? `"${value}"` : string(value);

const specified: Readonly<Record<string, WriteLeaf>> = {
  String: string,
  Int: int,
  Float: float,
  Boolean: boolean,
  ID: id,
};

/** A custom scalar is whatever its subgraph says. */
const anything: WriteLeaf = (value) => {
  if (typeof value === 'string') return quoted(value);
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack: only a hostile subgraph sends that.
    return undefined;
  }
};

export const leafWriter = (type: GraphQLLeafType): WriteLeaf => {
  if (!isEnumType(type)) return specified[type.name] ?? anything;
  const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]));
  return (value) => texts.get(value);
};
