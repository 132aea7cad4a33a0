/**
 * `npm run audit`: checks the promises of the whole system over its databases; only reads. Exit code 1 when a rule is violated,
 * 2 when the audit failed. With `--every` it is a long-running process: ops/audit/auditor.ts. Needs production dependencies
 * only: containers run it.
 */
import { parseArgs } from 'node:util';
import { findDatabases } from './addresses.ts';
import { audit, defaultSettleMs } from './audit/audit.ts';
import { runAuditor } from './audit/auditor.ts';
import { asJson, asTable } from './audit/report.ts';
import { readEnvFile } from './env-file.ts';

const help = `usage: npm run audit [-- options]
  Checks the databases named by the *_DATABASE_URL variables (or *_DATABASE_URL_FILE), or those of npm start.
  --data DIR            whose databases, when the environment names none (.data)
  --settle-seconds N    what is younger counts as in flight (${defaultSettleMs / 1000})
  --json                all findings, for programs
  --every SECONDS       keep auditing, with that pause between two audits; reports by log and metrics
  --port N              with --every: serves /health/live, /health/ready and /metrics (AUDITOR_PORT, else 4006)
  exit code: 0 no violation, 1 a rule is violated, 2 the audit failed; with --every: 0 when terminated`;

const numberFrom = (option: string, text: string, least: number): number => {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < least)
    throw new Error(`--${option} must be ${least} or more, not "${text}"`);
  return number;
};

const run = async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.data' },
      'settle-seconds': { type: 'string' },
      json: { type: 'boolean' },
      every: { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  readEnvFile();
  const settle = values['settle-seconds'];
  const settleMs = settle === undefined ? defaultSettleMs : numberFrom('settle-seconds', settle, 0) * 1_000;
  if (values.every !== undefined)
    return await runAuditor({
      everyMs: numberFrom('every', values.every, 1) * 1_000,
      settleMs,
      port: values.port === undefined ? undefined : numberFrom('port', values.port, 0),
      dataDir: values.data,
    });
  const findings = await audit(await findDatabases(process.env, values.data), settleMs);
  console.log(values.json ? asJson(findings) : asTable(findings));
  process.exitCode = findings.some(({ violations }) => violations.length > 0) ? 1 : 0;
};

await run().catch((error: Error) => {
  console.error(`The audit failed: ${error.message || error}`);
  process.exitCode = 2;
});
