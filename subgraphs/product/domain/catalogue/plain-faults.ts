/** What is wrong with a value, in words that go behind the name of its field: "title: is missing". */
import type { z } from 'zod';

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const tooBig = ({ origin, maximum }: { origin: string; maximum: number | bigint }): string => {
  if (origin === 'string') return `is longer than ${maximum} characters`;
  return origin === 'array' ? `has more than ${maximum} entries` : `is more than ${maximum}`;
};

const tooSmall = ({ origin, minimum }: { origin: string; minimum: number | bigint }): string => {
  if (origin === 'string') return `is shorter than ${minimum} characters`;
  return origin === 'array' ? `has fewer than ${minimum} entries` : `is less than ${minimum}`;
};

/** For `safeParse`. A rule of the schema that has words of its own keeps them; the validator's are for programmers. */
export const plainly = (issue: z.core.$ZodRawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `is not ${types[issue.expected] ?? 'of the right type'}`;
    case 'too_big':
      return tooBig(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'invalid_value':
      return `is not ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    case 'unrecognized_keys':
      return `has the unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys.join(', ')}`;
    case 'invalid_key':
      return `is a name that ${issue.issues[0]?.message ?? 'is not allowed'}`;
    default:
      return 'is not a valid value';
  }
};
