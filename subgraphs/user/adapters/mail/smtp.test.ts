/** Against a real SMTP server, which each test tells how to behave. */
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Email } from '#contracts/email.ts';
import { breakableLink } from '#kit/network/breakable-link.ts';
import { smtpAddress } from '#platform/mail/smtp-address.ts';
import { composeMail, type Mail } from '../../domain/mail/compose.ts';
import { newDeliveryId } from '../../domain/mail/delivery.ts';
import type { MailTransport } from '../../usecases/mail/ports.ts';
import { smtp } from './smtp.ts';

const sender = { name: 'Läden & Söhne', address: 'mail@shop.example' as Email, url: 'https://shop.example' };

let tls: { key: string; cert: string };
beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  tls = { key, cert };
});

const closing: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Received {
  readonly raw: Buffer;
  readonly isSecure: boolean;
  readonly user: string | undefined;
}

/** Takes every mail, unless told otherwise. */
const aServer = async (options: SMTPServerOptions = {}) => {
  const mails: Received[] = [];
  const connections = { open: 0, most: 0, all: 0 };
  const server = new SMTPServer({
    ...{ authOptional: true, disableReverseLookup: true, logger: false, closeTimeout: 100 },
    disabledCommands: ['STARTTLS'],
    onConnect: (_, done) => {
      connections.all += 1;
      connections.open += 1;
      connections.most = Math.max(connections.most, connections.open);
      done();
    },
    onClose: () => {
      connections.open -= 1;
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push({ raw: Buffer.concat(parts), isSecure: session.secure, user: session.user });
        done();
      });
    },
    ...options,
  });
  // A client that hangs up during the handshake is what some tests are about.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { mails, connections, port, server };
};

const transportTo = (url: string): MailTransport => {
  const transport = smtp(smtpAddress(url), sender);
  closing.push(() => transport.close());
  return transport;
};

const aMail = (changes: { to?: string; name?: string; unsubscribeUrl?: string } = {}): Mail => {
  const id = newDeliveryId();
  return composeMail(
    {
      ...{ id, userId: 'usr_1' as never, attempts: 1, messageId: `<${id}@shop.example>`, recipient: undefined },
      ...{ kind: 'WELCOME', params: {}, createdAt: new Date('2026-11-26T12:00:00Z') },
    },
    { email: (changes.to ?? 'ada@example.com') as Email, name: changes.name, locale: 'ko' },
    { shop: sender, token: undefined, unsubscribeUrl: changes.unsubscribeUrl },
  );
};

const failing = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });
const sent = { kind: 'sent' };

describe('a mail', () => {
  test('arrives as it was written, with the same Message-ID and date at each attempt', async () => {
    const { mails, port } = await aServer();
    const transport = transportTo(`smtp://127.0.0.1:${port}`);
    const mail = aMail({ name: '홍길동', unsubscribeUrl: 'https://shop.example/unsubscribe?t=1' });
    expect(await transport.send(mail)).toEqual(sent);
    expect(await transport.send(mail)).toEqual(sent);
    const [first, second] = await Promise.all(mails.map(({ raw }) => PostalMime.parse(raw)));
    expect(first).toMatchObject({
      from: { name: 'Läden & Söhne', address: 'mail@shop.example' },
      to: [{ name: '홍길동', address: 'ada@example.com' }],
      subject: 'Läden & Söhne에 오신 것을 환영합니다',
      messageId: mail.messageId,
      date: '2026-11-26T12:00:00.000Z',
    });
    expect(first?.text?.trim()).toBe(mail.text.trim());
    expect(first?.html?.trim()).toBe(mail.html.trim());
    expect(second).toMatchObject({ messageId: first?.messageId, date: first?.date });
    const headers = new Map(first?.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('list-unsubscribe')).toBe('<https://shop.example/unsubscribe?t=1>');
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    // Headers are ASCII (RFC 2047), and no line is longer than SMTP allows.
    const [head = ''] = (mails[0]?.raw.toString('latin1') ?? '').split('\r\n\r\n');
    expect(head).toMatch(/^[\x20-\x7e\r\n\t]+$/);
    expect(
      Math.max(...(mails[0]?.raw.toString('latin1') ?? '').split('\r\n').map(({ length }) => length)),
    ).toBeLessThan(998);
  });

  test.each([
    'Ada\r\nBcc: eve@example.com',
    'Ada <eve@example.com>, ',
    'eve@example.com',
    '"Ada" \\',
    'Ada\u2028Subject: no',
    `${'ㄱ'.repeat(80)}`,
    '=?utf-8?q?eve?= <eve@example.com>',
  ])('goes to nobody else, and has no other header, when the name is %j', async (name) => {
    const { mails, port } = await aServer();
    expect(await transportTo(`smtp://127.0.0.1:${port}`).send(aMail({ name }))).toEqual(sent);
    const mail = await PostalMime.parse(mails[0]?.raw ?? '');
    expect(mail.to?.map(({ address }) => address)).toEqual(['ada@example.com']);
    expect(mail.bcc ?? []).toEqual([]);
    expect(mail.subject).toBe('Läden & Söhne에 오신 것을 환영합니다');
  });
});

describe('a server', () => {
  test.each([
    ['refuses the recipient', 550, 'refused'],
    ['wants the recipient later', 450, 'postponed'],
    ['is closing the connection', 421, 'unavailable'],
  ])('that %s (%i): %s, without the address in the reason', async (_, code, kind) => {
    const { port } = await aServer({
      onRcptTo: (address, __, done) => done(failing(code, `<${address.address}> is not here`)),
    });
    const result = await transportTo(`smtp://127.0.0.1:${port}`).send(aMail());
    expect(result).toMatchObject({ kind, reason: expect.stringContaining(String(code)) });
    expect(JSON.stringify(result)).not.toContain('ada@');
  });

  test.each([
    ['refuses the text', 554, 'refused'],
    ['has no room for it now', 452, 'postponed'],
  ])('that %s (%i): %s', async (_, code, kind) => {
    const { port } = await aServer({
      onData: (stream, __, done) => void stream.resume().on('end', () => done(failing(code, 'no'))),
    });
    expect(await transportTo(`smtp://127.0.0.1:${port}`).send(aMail())).toMatchObject({ kind });
  });

  test('that refuses the sender is unavailable: that is no fault of one mail', async () => {
    const { port } = await aServer({ onMailFrom: (_, __, done) => done(failing(550, 'not from you')) });
    expect(await transportTo(`smtp://127.0.0.1:${port}`).send(aMail())).toMatchObject({ kind: 'unavailable' });
  });

  test('that hangs up once it has the text may have the mail: an attempt that the worker repeats, not the pool', async () => {
    let texts = 0;
    const gone = Promise.withResolvers<void>();
    const { port } = await aServer({
      // Without an answer.
      onData: (stream) =>
        void stream.resume().on('end', () => {
          texts += 1;
          gone.resolve(link.cut());
        }),
    });
    const link = await breakableLink(`smtp://127.0.0.1:${port}`);
    closing.push(() => link.close());
    expect(await transportTo(link.url).send(aMail())).toMatchObject({ kind: 'lost' });
    await gone.promise;
    expect(texts).toBe(1);
  });

  test('that is not there is unavailable', async () => {
    const { port, server } = await aServer();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(await transportTo(`smtp://127.0.0.1:${port}`).send(aMail())).toMatchObject({ kind: 'unavailable' });
  });

  test('gets five connections at most, which are used again', async () => {
    const { mails, connections, port } = await aServer();
    const transport = transportTo(`smtp://127.0.0.1:${port}`);
    await Promise.all(Array.from({ length: 40 }, () => transport.send(aMail())));
    expect(mails).toHaveLength(40);
    expect(connections.most).toBeLessThanOrEqual(5);
    expect(connections.all).toBeLessThanOrEqual(5);
  });
});

describe('TLS', () => {
  // The certificate is our own, so a client that verifies it refuses it.
  const trusting = async <T>(work: () => Promise<T>): Promise<T> => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      return await work();
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  };

  test('smtps is encrypted from the start', async () => {
    const { mails, port } = await aServer({ secure: true, ...tls });
    const transport = transportTo(`smtps://localhost:${port}`);
    expect(await transport.send(aMail())).toMatchObject({ kind: 'unavailable' });
    expect(mails).toEqual([]);
    expect(await trusting(() => transport.send(aMail()))).toEqual(sent);
    expect(mails).toMatchObject([{ isSecure: true }]);
  });

  test('STARTTLS is used where it is offered', async () => {
    const { mails, port } = await aServer({ ...tls, disabledCommands: [] });
    expect(await trusting(() => transportTo(`smtp://127.0.0.1:${port}`).send(aMail()))).toEqual(sent);
    expect(mails).toMatchObject([{ isSecure: true }]);
  });

  test('a server that does not offer STARTTLS gets nothing where it is required, neither a mail nor a password', async () => {
    const logins: unknown[] = [];
    const { mails, port } = await aServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username }, _, done) => {
        logins.push(username);
        done(null, { user: username });
      },
    });
    const url = `smtp://ada:secret@127.0.0.1:${port}`;
    expect(await transportTo(`${url}?starttls=required`).send(aMail())).toMatchObject({ kind: 'unavailable' });
    expect([mails, logins]).toEqual([[], []]);
    expect(await transportTo(`${url}?starttls=optional`).send(aMail())).toEqual(sent);
    expect(mails).toMatchObject([{ isSecure: false, user: 'ada' }]);
  });
});

test('signs in with user and password; a wrong one is unavailable, and not in the reason', async () => {
  const { mails, port } = await aServer({
    ...{ authOptional: false, disabledCommands: ['STARTTLS'], allowInsecureAuth: true },
    onAuth: ({ username, password }, _, done) =>
      password === 'p@ss:word' ? done(null, { user: username }) : done(failing(535, `no ${username} ${password}`)),
  });
  expect(await transportTo(`smtp://shop%40example:p%40ss%3Aword@127.0.0.1:${port}`).send(aMail())).toEqual(sent);
  expect(mails).toMatchObject([{ user: 'shop@example' }]);
  const refused = await transportTo(`smtp://shop:wrong-one@127.0.0.1:${port}`).send(aMail());
  expect(refused).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('535') });
  expect(JSON.stringify(refused)).not.toContain('wrong-one');
});
