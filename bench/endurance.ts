/**
 * `npm run bench:endurance`: does the gateway's memory stay where it is over a long time, and what do those who are served
 * notice of ten times the load that it can serve? Agora with everything on, before canned subgraphs.
 */
import { Pool } from 'undici';
import { pastProxies } from '#launcher/environment.ts';
import { percentile } from './capacity/meters.ts';
import { openArena } from './gateway/arena.ts';
import { agoraFull } from './gateway/contenders/agora.ts';
import type { Contending } from './gateway/contenders/process.ts';
import { ask, load } from './gateway/load.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:endurance [-- --requests N] [--documents N] [--seconds N]
  --requests N    how many requests the memory is watched over (1000000)
  --documents N   how many distinct documents they take turns with (10000)
  --seconds N     how long the overload lasts (20)
A ratio of memory at the end to memory after the first fifth that stays above 1.1 is a leak. Linux only (/proc).`;

const operation = {
  query: 'query Endurance { items(n: 10) { id name price detail } }',
  operationName: 'Endurance',
};
const clients = 20;
const parts = 10;

const byNumber = (a: number, b: number): number => a - b;

const mib = (target: Contending): number => target.residentBytes() / 1_048_576;

const soak = async (target: Contending, requests: number, documents: number): Promise<void> => {
  const bytes = Buffer.byteLength(await ask(target, operation));
  console.log(`\n${requests} requests, ${documents} distinct documents, ${clients} at a time`);
  const memory: number[] = [];
  for (let part = 1; part <= parts; part++) {
    const { seconds } = await load({
      target,
      operation,
      bytes,
      clients,
      documents,
      requests: Math.floor(requests / parts),
    });
    memory.push(mib(target));
    const rate = requests / parts / seconds;
    console.log(
      `${String(Math.round((requests * part) / parts)).padStart(9)} requests  ${mib(target).toFixed(0).padStart(5)} MiB  ${rate.toFixed(0).padStart(6)} a second`,
    );
  }
  // The first fifth fills the caches.
  const ratio = (memory.at(-1) ?? 0) / (memory[1] ?? 1);
  console.log(`memory at the end: ${ratio.toFixed(2)} × that after the first fifth`);
};

interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** As many requests a second, whether they are answered or not. */
const offer = async (target: Contending, perSecond: number, seconds: number): Promise<Answered[]> => {
  const { origin, pathname } = new URL(target.url);
  // Nearly as many as a gateway lets in (platform/http/server.ts): nobody waits for a connection here, but at the gateway.
  const pool = new Pool(origin, { connections: 8_000, headersTimeout: 60_000 });
  const body = JSON.stringify(operation);
  const answers: Answered[] = [];
  const under: Promise<void>[] = [];
  let sent = 0;
  const one = async (n: number) => {
    const from = performance.now();
    const headers = { 'content-type': 'application/json', ...target.headersOf?.(n) };
    try {
      const { statusCode, body: answer } = await pool.request({ path: pathname, method: 'POST', headers, body });
      await answer.dump();
      answers.push({ status: statusCode, ms: performance.now() - from });
    } catch {
      answers.push({ status: 0, ms: performance.now() - from });
    }
  };
  const begun = performance.now();
  while (performance.now() - begun < seconds * 1_000) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond);
    while (sent < due) under.push(one(sent++));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(under);
  await pool.destroy();
  return answers;
};

const overload = async (target: Contending, seconds: number): Promise<void> => {
  const bytes = Buffer.byteLength(await ask(target, operation));
  await load({ target, operation, bytes, clients, requests: 2_000 });
  const usual = await load({ target, operation, bytes, clients, requests: 4_000 });
  const capacity = 4_000 / usual.seconds;
  console.log(
    `\n${capacity.toFixed(0)} requests a second are what it serves; ten times as many are offered for ${seconds} s`,
  );
  console.log(`p99 before: ${percentile(usual.latenciesMs.toSorted(byNumber), 0.99).toFixed(0)} ms`);
  const answers = await offer(target, capacity * 10, seconds);
  const served = answers.filter(({ status }) => status === 200).map(({ ms }) => ms);
  const shed = answers.filter(({ status }) => status === 503).map(({ ms }) => ms);
  const others = answers.length - served.length - shed.length;
  const seen = (ms: readonly number[]) =>
    ms.length === 0
      ? ''
      : `, p50 ${percentile(ms.toSorted(byNumber), 0.5).toFixed(0)} ms, p99 ${percentile(ms.toSorted(byNumber), 0.99).toFixed(0)} ms`;
  console.log(`served ${served.length}${seen(served)}`);
  console.log(`shed   ${shed.length}${seen(shed)}`);
  console.log(`other  ${others}, offered ${answers.length}, ${mib(target).toFixed(0)} MiB`);
};

Object.assign(process.env, pastProxies(process.env));
const chosen = numberOptions(help, {
  requests: { value: 1_000_000, least: parts },
  documents: { value: 10_000 },
  seconds: { value: 20 },
});
const arena = await openArena('scale');
try {
  const watched = await agoraFull(arena.supergraphFile);
  await soak(watched, chosen.requests, chosen.documents);
  await watched.stop();
  const shedding = await agoraFull(arena.supergraphFile, { shedsAfterMs: 500 });
  await overload(shedding, chosen.seconds);
  await shedding.stop();
} finally {
  await arena.close();
}
