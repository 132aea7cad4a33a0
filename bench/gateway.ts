/**
 * `npm run bench:gateway`: this gateway beside the stock one, Hive Gateway, a backend-for-frontend written by hand and a
 * bare proxy, on canned subgraphs. All must answer the same data before anything is measured.
 */
import { pastProxies } from '#launcher/environment.ts';
import { contenderNames, contenders, howToInstallPeers } from './gateway/contenders/contenders.ts';
import { measure } from './gateway/measure.ts';
import { readOptions } from './gateway/options.ts';
import { plainTable, rowsOf, settingTitle } from './gateway/report.ts';
import { workloads } from './gateway/workloads.ts';

Object.assign(process.env, pastProxies(process.env));
const say = (line: string) => void process.stderr.write(`${line}\n`);

const options = readOptions({ contenders: contenderNames, workloads: workloads.map(({ name }) => name) });
if (options.contenders.some((name) => !contenders[name].start)) say(`Not installed: ${howToInstallPeers}`);

let isWrong = false;
for (const workload of workloads.filter(({ name }) => options.workloads.includes(name))) {
  const outcome = await measure(workload, { ...options, only: options.contenders, say });
  console.log(`\n${workload.title} (${workload.name}; answers of ${(outcome.bytes / 1_000).toFixed(1)} kB)`);
  for (const measured of outcome.measured)
    console.log(`\n${settingTitle(measured.setting)}\n${plainTable(rowsOf(measured))}`);
  for (const [name, why] of outcome.excluded) {
    console.log(`${contenders[name].title} is missing: ${why}`);
    // What others cannot answer is a result; what we cannot is a fault.
    isWrong ||= name.startsWith('agora') || name === 'bff';
  }
}
if (isWrong) process.exitCode = 1;
