import { describe, expect, test } from 'vitest';
import { type Email, parseEmail } from '#contracts/email.ts';
import { newPassword, typedPassword } from './password.ts';

const email = parseEmail('ada.lovelace@example.com') as Email;

describe('a new password', () => {
  test.each(['0123456789', 'a'.repeat(128), '🦊'.repeat(128), 'with blanks and ümläuts'])('may be %.40j', (text) => {
    expect(newPassword(text, email)).toMatchObject({ ok: true, value: text });
  });

  test.each([
    ['012345678', 'TOO_SHORT'],
    // Nine characters, however many units they take.
    ['🦊'.repeat(9), 'TOO_SHORT'],
    ['a'.repeat(129), 'TOO_LONG'],
    ['a'.repeat(1_000_000), 'TOO_LONG'],
    ['ada.lovelace@example.com', 'SAME_AS_EMAIL'],
    [' Ada.Lovelace@EXAMPLE.com', 'SAME_AS_EMAIL'],
  ] as const)('may not be %.40j: %s', (text, reason) => {
    expect(newPassword(text, email)).toMatchObject({ ok: false, failure: { kind: 'InvalidPassword', reason } });
  });
});

test.each(['\ud800 in a new password', 'in a new password \udc00'])('with half a surrogate pair is refused', (text) => {
  expect(() => newPassword(text, email)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});

test('is the same on a keyboard that composes its letters', () => {
  expect(typedPassword('mo\u0308belhaus-17')).toBe(typedPassword('m\u00f6belhaus-17'));
});

test('is rejected without normalizing when no account can have it', () => {
  expect(typedPassword('a'.repeat(257))).toBeUndefined();
});
