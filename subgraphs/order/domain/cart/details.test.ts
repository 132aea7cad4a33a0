import { describe, expect, it } from 'vitest';
import type { Email } from '#contracts/email.ts';
import { hasDetails, linesOfText, mergeDetails, noDetails } from './details.ts';

describe('some lines of text', () => {
  it.each([
    ['as they were typed, each trimmed', '  Ring  twice.\r\nLoudly. ', 'Ring twice.\nLoudly.'],
    ['without empty lines around them', '\n\nHappy day!\n\nYours\n', 'Happy day!\n\nYours'],
    ['nothing of nothing', ' \n ', null],
    ['of exactly so many characters', '가'.repeat(20), '가'.repeat(20)],
    ['not more characters', 'x'.repeat(21), undefined],
    ['not more characters over several lines', `${'x'.repeat(10)}\n${'x'.repeat(10)}`, undefined],
    ['nothing that could rearrange what is around it', 'a\u202eb', undefined],
    ['no control characters', 'a\u0007b', undefined],
  ])('%s', (_, typed, expected) => {
    expect(linesOfText(typed, 20)).toBe(expected);
  });

  it('is not looked at when it is a megabyte', () => {
    expect(linesOfText('\n'.repeat(1_000_000), 20)).toBeUndefined();
  });
});

it('of a guest and a user, the guest has said the latest', () => {
  const email = (name: string) => `${name}@example.com` as Email;
  const users = { ...noDetails, contactEmail: email('user'), note: 'old' };
  expect(mergeDetails({ ...noDetails, note: 'new' }, users)).toEqual({ ...users, note: 'new' });
  expect(mergeDetails(noDetails, users)).toEqual(users);
  expect([noDetails, users].map(hasDetails)).toEqual([false, true]);
});
