/**
 * `npm run audit`: the invariants of the whole system over its four databases. Reads only; exit code 1 when one is
 * broken, 2 when the audit could not be made.
 */
import { parseArgs } from 'node:util';
import { audit, defaultSettleMs } from './audit/audit.ts';
import { findDatabases } from './audit/find-databases.ts';
import { asJson, asTable } from './audit/report.ts';

const help = `usage: npm run audit [-- options]
  Checks the invariants over the databases named by the *_DATABASE_URL variables, or over those of the
  system that npm start is running.
  --data DIR            whose databases, when the environment names none (.data)
  --settle-seconds N    what is younger counts as in flight and not as broken (${defaultSettleMs / 1000})
  --json                everything found, for programs
  exit code: 0 all hold, 1 one is broken, 2 the audit could not be made`;

const settleMsFrom = (text: string | undefined): number => {
  if (text === undefined) return defaultSettleMs;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0) throw new Error(`--settle-seconds must be 0 or more, not "${text}"`);
  return seconds * 1000;
};

const run = async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.data' },
      'settle-seconds': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  const urls = await findDatabases(process.env, values.data);
  const findings = await audit(urls, settleMsFrom(values['settle-seconds']));
  console.log(values.json ? asJson(findings) : asTable(findings));
  process.exitCode = findings.some(({ breaches }) => breaches.length > 0) ? 1 : 0;
};

await run().catch((error: Error) => {
  console.error(`The audit could not be made: ${error.message || error}`);
  process.exitCode = 2;
});
