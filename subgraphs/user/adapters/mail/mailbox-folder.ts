/** Without a mail server: each mail is a file that any mail program opens. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import type { MailTransport, Sender } from '../../usecases/mail/ports.ts';
import { messageOf } from './message.ts';

// 1000: a benchmark's orders must not fill the disk, and nobody reads that many.
const mostFiles = 1_000;

export const mailboxFolder = (folder: string, from: Sender): MailTransport => {
  const composer = createTransport({ streamTransport: true, buffer: true });
  return {
    name: 'folder',
    send: async (mail) => {
      try {
        const { message } = await composer.sendMail(messageOf(mail, from));
        // By time, so that the newest is last; the same for each attempt, so that it is there once.
        const time = mail.date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
        const id = mail.messageId.replaceAll(/[^\w@.-]/g, '').split('@')[0];
        const file = path.join(folder, `${time}-${mail.kind.toLowerCase().replaceAll('_', '-')}-${id}.eml`);
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // Whole or not at all, for whoever watches the folder. Only the owner reads it: there are secrets in it.
        await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
        await rename(`${file}.part`, file);
        return { kind: 'sent' };
      } catch (error) {
        return { kind: 'unavailable', reason: `mailbox folder: ${(error as NodeJS.ErrnoException).code ?? 'failed'}` };
      }
    },
    prune: async () => {
      const files = (await readdir(folder).catch(() => [])).filter((name) => /\.eml(\.part)?$/.test(name)).toSorted();
      await Promise.all(files.slice(0, -mostFiles).map((name) => rm(path.join(folder, name), { force: true })));
    },
    close: async () => undefined,
  };
};
