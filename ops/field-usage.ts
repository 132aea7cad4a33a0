/** npm run field-usage: which fields of the graph clients use, and which may go. See `usage`. */
import { parseArgs } from 'node:util';
import { FieldUsage, fieldUsagePath } from '#contracts/field-usage.ts';
import { directFetch } from '#platform/http/direct-fetch.ts';
import { notedService } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { asText, together } from './field-usage/report.ts';

const usage = `Usage: npm run field-usage -- [<options>]
  Which fields of the graph clients have used since their gateways started, by the name that a client gives in apollographql-client-name:
  deprecated fields, fields that nobody uses, then the others.
  --gateway <url>   a gateway; give each of them. Otherwise the one of npm start, or http://127.0.0.1:4000
  --data <folder>   of npm start (default .data)
  --json            all of it, for programs
OPERATOR_TOKEN is an API key or access token with operations:read, which gateways without introspection ask for.`;

// 10 s: a gateway that is alive answers in milliseconds.
const timeoutMs = 10_000;

const readUsage = async (gateway: string): Promise<FieldUsage> => {
  const token = process.env.OPERATOR_TOKEN;
  const response = await directFetch(new URL(fieldUsagePath, gateway).href, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status === 401 || response.status === 403)
    throw new Error(`${gateway} answers ${response.status}: OPERATOR_TOKEN has to be one with operations:read`);
  if (!response.ok) throw new Error(`${gateway} answers ${response.status}`);
  return FieldUsage.parse(await response.json());
};

const run = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      gateway: { type: 'string', multiple: true },
      data: { type: 'string', default: '.data' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  readEnvFile();
  const gateways = values.gateway ?? [(await notedService(values.data, 'gateway')) ?? 'http://127.0.0.1:4000'];
  const report = together(await Promise.all(gateways.map(readUsage)));
  console.log(values.json ? JSON.stringify(report, null, 2) : asText(report));
};

await run().catch((error: Error) => {
  console.error(`field-usage: ${error.message}`);
  process.exitCode = 1;
});
