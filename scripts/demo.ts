/**
 * `npm run demo`: a whole shop on free ports with its own data, one purchase, one declined card, both timelines, the
 * audit; then everything is stopped and removed. Exit code 0 when all of it went as it should.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { auditAtRest } from './audit/audit.ts';
import { asTable } from './audit/report.ts';
import { buyOnce } from './demo/buy-once.ts';
import { declinedOnce } from './demo/declined-once.ts';
import { type Agora, startAgora } from './launcher/agora.ts';
import { runSeed } from './launcher/seed.ts';
import { newShopper } from './shopper/shopper.ts';

const help = `usage: npm run demo [-- --keep]
  Buys something on a system of its own, is declined once, prints both timelines, audits, cleans up.
  --keep   leaves the data folder behind and says where it is`;

const play = async (agora: Agora) => {
  // The order subgraph hears of the catalogue by messages; a customer who is quicker than those finds nothing to add.
  await auditAtRest(agora.databaseUrls, 30_000);
  const gateway = `${agora.urls.gateway}/graphql`;
  console.log(`\nA customer opens an account and signs in at ${gateway}`);
  const shopper = await newShopper(gateway);
  await buyOnce(shopper);
  await declinedOnce(shopper);
  // The last messages may still be on their way to the notifications.
  const findings = await auditAtRest(agora.databaseUrls, 10_000);
  console.log(`\n${asTable(findings)}`);
  if (findings.some(({ breaches }) => breaches.length > 0)) throw new Error('the audit found broken invariants');
};

const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(help);
} else {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'agora-demo-'));
  const lines: string[] = [];
  const onLine = (source: string, line: string) => void lines.push(`${source}: ${line}`);
  let agora: Agora | undefined;
  const cleanUp = async () => {
    await agora?.stop();
    if (values.keep) console.log(`the data is in ${dataDir}`);
    else await rm(dataDir, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void cleanUp().then(() => process.exit(130)));
  try {
    console.log('Starting a shop on free ports …');
    agora = await startAgora({ dataDir, ports: 'free', onLine });
    await runSeed({ root: path.resolve(import.meta.dirname, '..'), environment: agora.environment, onLine });
    await play(agora);
    console.log('\nThe demo went as it should.');
  } catch (error) {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
    console.error(`The last lines of the services:\n${lines.slice(-30).join('\n')}`);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}
