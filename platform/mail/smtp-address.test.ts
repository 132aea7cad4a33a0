import { expect, test } from 'vitest';
import { smtpAddress, smtpAddressFault } from './smtp-address.ts';

test.each([
  ['smtp://mail.example', { host: 'mail.example', port: 587, secure: false, requireTls: true, user: undefined }],
  ['smtp://a%40b:p%25w@mail.example:25', { port: 25, user: 'a@b', password: 'p%w', requireTls: true }],
  ['smtps://mail.example', { port: 465, secure: true, requireTls: false }],
  ['smtp://mail.example?starttls=optional', { requireTls: false }],
  ['smtp://127.0.0.1:1025', { host: '127.0.0.1', requireTls: false }],
  ['smtp://localhost:1025?starttls=required', { requireTls: true }],
  ['smtp://[::1]:1025', { host: '::1', requireTls: false }],
  // Not this machine, whatever it is called.
  ['smtp://127.0.0.1.example', { requireTls: true }],
])('%s', (text, expected) => {
  expect(smtpAddressFault(text)).toBeUndefined();
  expect(smtpAddress(text)).toMatchObject(expected);
});

test.each([
  'mail.example:25',
  'https://user:secret@mail.example',
  'smtp://',
  'smtp://user:secret@mail.example/inbox',
  'smtp://user:secret@mail.example#1',
  'smtp://:secret@mail.example',
  'smtp://user:secret%@mail.example',
  'smtp://user:secret@mail.example?proxy=http://secret.example',
  'smtp://user:secret@mail.example?starttls=off',
  'smtps://user:secret@mail.example?starttls=optional',
])('%s is refused, without quoting it', (text) => {
  expect(smtpAddressFault(text)).toEqual(expect.any(String));
  expect(smtpAddressFault(text)).not.toContain('secret');
});
