/**
 * `npm run bench:gateway`: this gateway beside the stock one, Hive Gateway, a backend-for-frontend written by hand and a
 * bare proxy, on canned subgraphs. All must answer the same data before anything is measured.
 */
import { pastProxies } from '#launcher/environment.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import { contenderNames, contenders, howToInstallPeers } from './gateway/contenders/contenders.ts';
import { measure } from './gateway/measure.ts';
import { readOptions } from './gateway/options.ts';
import { writePage } from './gateway/page.ts';
import { plainTable, rowsOf } from './gateway/report.ts';
import { keepResult, resultOf } from './gateway/results.ts';
import { settingTitle, workloads } from './gateway/workloads.ts';

Object.assign(process.env, pastProxies(process.env));
const say = (line: string) => void process.stderr.write(`${line}\n`);

const options = readOptions({ contenders: contenderNames, workloads: workloads.map(({ name }) => name) });
if (options.contenders.some((name) => !contenders[name].start)) say(`Not installed: ${howToInstallPeers}`);

const signal = terminationSignal();
let isWrong = false;
const asked = options.runs === 0 ? [] : workloads.filter(({ name }) => options.workloads.includes(name));
for (const workload of asked) {
  const outcome = await measure(workload, { ...options, only: options.contenders, say, signal });
  // What is kept is what the page shows: a measurement of some contenders alone would hide the others.
  if (options.contenders.length === contenderNames.length) keepResult(resultOf(workload, outcome, options));
  console.log(`\n${workload.title} (${workload.name}; answers of ${(outcome.bytes / 1_000).toFixed(1)} kB)`);
  for (const measured of outcome.measured)
    console.log(`\n${settingTitle(measured.setting)}\n${plainTable(rowsOf(measured))}`);
  for (const [name, why] of outcome.excluded) {
    console.log(`${contenders[name].title} is missing: ${why}`);
    // What others cannot answer is a result; what we cannot is a fault.
    isWrong ||= name.startsWith('agora') || name === 'bff';
  }
}
if (options.write) {
  const missing = writePage();
  console.log(`docs/performance.md is written${missing.length > 0 ? `; not measured yet: ${missing.join(', ')}` : ''}`);
}
if (isWrong) process.exitCode = 1;
