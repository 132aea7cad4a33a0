/** `npm run mails`: what customers get to read, without sending it. See `help`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Email } from '#contracts/email.ts';
import { type Locale, locales } from '#subgraphs/user/domain/account/locale.ts';
import { composeMail, type Mail } from '#subgraphs/user/domain/mail/compose.ts';
import type { ClaimedDelivery } from '#subgraphs/user/domain/mail/delivery.ts';
import { mailExamples } from '#subgraphs/user/domain/mail/examples.ts';
import { type MailKind, mailKinds } from '#subgraphs/user/domain/mail/mail-kinds.ts';

const kinds = Object.keys(mailKinds) as MailKind[];

const help = `usage: npm run mails -- preview [options]
  Prints every mail as text, in every language, with example data.
  --kind <kind>     only this one: ${kinds.join(', ')}
  --locale <tag>    only this language: ${locales.join(', ')}
  --to <folder>     writes them there instead, as .txt and .html, to look at in a browser
  --shop <url>      the address that links lead to (default https://shop.example); "" for none
  --help`;

const preview = (kind: MailKind, locale: Locale, shopUrl: string): Mail =>
  composeMail(
    { kind, params: mailExamples[kind], messageId: `<preview@shop.example>`, createdAt: new Date() } as ClaimedDelivery,
    { email: 'ada@example.com' as Email, name: mailKinds[kind].token ? undefined : 'Ada Lovelace', locale },
    {
      shop: { name: 'Agora', url: shopUrl || undefined },
      token: mailKinds[kind].token && 'the-token-of-this-mail',
      unsubscribeUrl: undefined,
    },
  );

const oneOf = <T extends string>(all: readonly T[], given: string | undefined, option: string): readonly T[] => {
  const found = all.filter((it) => given === undefined || it === given);
  if (found.length === 0) throw new Error(`--${option} ${given}: ${all.join(', ')}`);
  return found;
};

/** Step by step: Node's own `recursive` tries for ever where nobody can make a folder, such as in /proc. */
const makeFolder = (folder: string, asked: string): void => {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder), asked);
  try {
    mkdirSync(folder);
  } catch (fault) {
    throw new Error(`--to ${asked}: cannot make this folder (${(fault as NodeJS.ErrnoException).code})`);
  }
};

const run = (): void => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kind: { type: 'string' },
      locale: { type: 'string' },
      to: { type: 'string' },
      shop: { type: 'string', default: 'https://shop.example' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  if (positionals.length !== 1 || positionals[0] !== 'preview') throw new Error(help);
  const { to: folder, shop } = values;
  if (shop && !URL.canParse(shop)) throw new Error(`--shop ${shop}: not a URL`);
  if (folder) makeFolder(path.resolve(folder), folder);
  for (const kind of oneOf(kinds, values.kind, 'kind'))
    for (const locale of oneOf(locales, values.locale, 'locale')) {
      const { subject, text, html } = preview(kind, locale, shop);
      if (!folder) {
        console.log(`==== ${kind} (${locale})\n\n${subject}\n\n${text}`);
        continue;
      }
      const file = path.join(folder, `${kind.toLowerCase().replaceAll('_', '-')}.${locale}`);
      writeFileSync(`${file}.txt`, `${subject}\n\n${text}`);
      writeFileSync(`${file}.html`, html);
    }
  if (folder) console.log(`wrote the mails to ${folder}`);
};

try {
  run();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
