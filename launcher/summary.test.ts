import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ServiceName, serviceNames } from '#ops/services.ts';
import { summary } from './summary.ts';

const told = (
  environment: Record<string, string>,
  { seeded = true, noDemoData = undefined as string | undefined } = {},
) => {
  const urls = Object.fromEntries(serviceNames.map((name, index) => [name, `http://a:${index + 1}`])) as Record<
    ServiceName,
    string
  >;
  const facts = { urls, events: 'given redis', redis: undefined, postgres: undefined, notReady: [] } as const;
  return stripVTControlCharacters(summary({ ...facts, notReady: [], environment, noDemoData, seeded, seconds: 1 }));
};

describe('the summary of npm start', () => {
  it('in development names the playground and the demo accounts', () => {
    const text = told({ PROFILE: 'development' });
    expect(text).toContain('open it in a browser');
    expect(text).toContain('admin@example.com');
    expect(text).not.toContain('Profile');
  });

  it('says who moves the money', () => {
    expect(told({ PROFILE: 'development' })).toMatch(/Payments +simulator :\d+ {2}\(moves no money\)\n/);
    expect(told({ PROFILE: 'development', PAYMENT_PROVIDER: 'stripe' })).toMatch(/Payments +stripe\n/);
    expect(told({ PROFILE: 'production' })).toMatch(/Payments +nobody\n/);
  });

  it('names where mail goes, and never the address of the mail server', () => {
    expect(told({ MAILBOX_DIR: '/data/mailbox' })).toMatch(/Mail +files in \/data\/mailbox\n/);
    const text = told({ SMTP_URL: 'smtp://user:secret@mail.example' });
    expect(text).toMatch(/Mail +sent over SMTP_URL\n/);
    expect(text).not.toContain('secret');
  });

  it.each([
    [{ PROFILE: 'development' }, true],
    [{ PROFILE: 'development', EMAIL_VERIFICATION: 'required' }, false],
    [{ PROFILE: 'production' }, false],
    [{ PROFILE: 'production', EMAIL_VERIFICATION: 'optional' }, true],
  ])('with %j says whether a sign-in takes no mail: %j', (environment, isSaid) => {
    expect(/Accounts +sign in without a mail/.test(told(environment))).toBe(isSaid);
  });

  it('in production names what is hidden, why there are no demo accounts, and no playground', () => {
    const text = told({ PROFILE: 'production' }, { seeded: false, noDemoData: 'PROFILE is production' });
    expect(text).toContain('POST; no playground');
    expect(text).not.toContain('open it in a browser');
    expect(text).toMatch(/Profile +production, no playground, no introspection, no details of errors\n/);
    expect(text).toMatch(/Demo data +none put in: PROFILE is production\n/);
    expect(text).not.toContain('@example.com');
  });

  it.each([
    [{ PROFILE: 'development', PLAYGROUND: 'off' }, false],
    [{ PROFILE: 'production', PLAYGROUND: 'on' }, true],
    [{ PROFILE: 'staging' }, false],
  ])('with %j the playground is told of: %j', (environment, isThere) => {
    expect(told(environment).includes('open it in a browser')).toBe(isThere);
  });
});
