import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Email } from '#contracts/email.ts';
import type { Mail } from '../../domain/mail/compose.ts';
import { mailboxFolder } from './mailbox-folder.ts';

const sender = { name: 'Agora', address: 'shop@agora.example' as Email, url: undefined };
const mail: Mail = {
  ...{ messageId: '<dlv_1@agora.example>', kind: 'VERIFY_EMAIL', date: new Date('2026-11-26T12:00:00Z') },
  ...{ to: { address: 'ada@example.com', name: undefined }, locale: 'ko', unsubscribeUrl: undefined },
  ...{ subject: '이메일 주소를 확인해 주세요', text: '안녕하세요.\n', html: '<p>안녕하세요.</p>' },
};

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'agora-mailbox-'));
});
afterEach(() => rm(parent, { recursive: true }));

test('each mail is a file that any mail program reads, once, and only its owner', async () => {
  const folder = path.join(parent, 'mailbox');
  const mailbox = mailboxFolder(folder, sender);
  expect([await mailbox.send(mail), await mailbox.send(mail)]).toEqual([{ kind: 'sent' }, { kind: 'sent' }]);
  expect(await readdir(folder)).toEqual(['20261126T120000Z-verify-email-dlv_1.eml']);
  const file = path.join(folder, '20261126T120000Z-verify-email-dlv_1.eml');
  expect(await PostalMime.parse(await readFile(file))).toMatchObject({
    from: { name: 'Agora', address: sender.address },
    to: [{ address: 'ada@example.com' }],
    subject: mail.subject,
    messageId: mail.messageId,
  });
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test('a folder that cannot be written to is unavailable', async () => {
  await writeFile(path.join(parent, 'mailbox'), 'a file');
  expect(await mailboxFolder(path.join(parent, 'mailbox'), sender).send(mail)).toMatchObject({ kind: 'unavailable' });
});

test('keeps the newest thousand, and leaves other files alone', async () => {
  const name = (number: number) => `20261126T${String(number).padStart(6, '0')}Z-welcome-dlv.eml`;
  await Promise.all(Array.from({ length: 1_003 }, (_, it) => writeFile(path.join(parent, name(it)), '')));
  await writeFile(path.join(parent, '0-notes.txt'), '');
  await mailboxFolder(parent, sender).prune();
  const left = (await readdir(parent)).toSorted();
  expect(left).toHaveLength(1_001);
  expect(left.slice(0, 2)).toEqual(['0-notes.txt', name(3)]);
});
