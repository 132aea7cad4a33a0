import { describe, expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { emailVerificationOf, userVariables } from './config.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'public-part', d: 'private-part' };
const environment = {
  PROFILE: 'development',
  USER_DATABASE_URL: 'postgresql://user@localhost/user',
  REDIS_URL: 'redis://localhost',
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [{ kty: 'OKP' }] }),
  ACCESS_TOKEN_KEYS: JSON.stringify({ keys: [key] }),
  UNSUBSCRIBE_SECRET: 'sixteen characters',
  MAILBOX_DIR: '/mailbox',
};

test('needs only its database, a transport and its keys', () => {
  expect(parseConfig(userVariables, environment)).toMatchObject({ config: { USER_PORT: 4001, ROLE: 'all' } });
});

test.each([
  ['no key', { keys: [] }],
  ['a key without its private part', { keys: [{ ...key, d: undefined }] }],
  ['a key of another kind', { keys: [{ ...key, kty: 'RSA' }] }],
])('refuses %s, without showing it', (_, keys) => {
  const result = parseConfig(userVariables, { ...environment, ACCESS_TOKEN_KEYS: JSON.stringify(keys) });
  expect(result).toEqual({ faults: [expect.stringMatching(/^ACCESS_TOKEN_KEYS: /)] });
  expect(JSON.stringify(result)).not.toContain('private-part');
});

describe('mail', () => {
  const faultsOf = (changes: Record<string, string>) => {
    const production = { PROFILE: 'production', EMAIL_VERIFICATION: 'optional' };
    const result = parseConfig(userVariables, { ...environment, ...production, ...changes });
    return 'faults' in result ? result.faults : [];
  };

  test('in production goes to a mail server, or to a folder that is named', () => {
    expect(faultsOf({ MAILBOX_DIR: '' })).toEqual([expect.stringMatching(/^SMTP_URL: is required/)]);
    expect(faultsOf({ MAILBOX_DIR: '', ROLE: 'api' })).toEqual([]);
    expect(faultsOf({ MAILBOX_DIR: '', PROFILE: 'development' })).toEqual([]);
    expect(faultsOf({ MAILBOX_DIR: '', SMTP_URL: 'smtps://mail.shop.com', MAIL_FROM: 'Shop <a@shop.com>' })).toEqual(
      [],
    );
  });

  test('a mail server needs an address that mails are from, and its own address is never shown', () => {
    expect(faultsOf({ SMTP_URL: 'smtps://user:secret@mail.shop.com' })).toEqual([
      expect.stringMatching(/^MAIL_FROM: /),
    ]);
    const faults = faultsOf({ SMTP_URL: 'smtps://user:secret@mail.shop.com/x' });
    expect(faults).toContainEqual(expect.stringMatching(/^SMTP_URL: /));
    expect(JSON.stringify(faults)).not.toContain('secret');
  });

  test.each(['shop@shop.com', '<shop@shop.com>', 'Shop <shop>', 'Shop\nBcc: x <shop@shop.com>', 'A <b@c.de> <d@e.fr>'])(
    'is not from %j',
    (from) => {
      expect(faultsOf({ MAIL_FROM: from })).toEqual([expect.stringMatching(/^MAIL_FROM: /)]);
    },
  );
});

describe('verified addresses', () => {
  const smtp = { SMTP_URL: 'smtps://mail.shop.com', MAIL_FROM: 'Shop <mail@shop.com>' };
  const read = (env: Record<string, string>) => parseConfig(userVariables, { ...environment, ...env });

  test.each([
    [{}, 'optional'],
    [{ EMAIL_VERIFICATION: 'required' }, 'required'],
    [{ PROFILE: 'production', ...smtp }, 'required'],
    [{ PROFILE: '', ...smtp }, 'required'],
    [{ PROFILE: 'production', EMAIL_VERIFICATION: 'optional', MAILBOX_DIR: '/mail' }, 'optional'],
  ])('with %j they are %s', (env, expected) => {
    const result = read(env);
    expect('config' in result && emailVerificationOf(result.config)).toBe(expected);
  });

  test.each([{}, { EMAIL_VERIFICATION: 'required' }, { MAILBOX_DIR: '/mail' }])(
    'in production a server with %j is refused: nobody would get the mail',
    (env) => {
      const faults = expect.arrayContaining([expect.stringMatching(/^EMAIL_VERIFICATION: needs SMTP_URL/)]);
      expect(read({ PROFILE: 'production', ...env })).toEqual({ faults });
    },
  );
});
