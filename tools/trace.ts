/** `npm run trace`: shows a trace out of a file that TRACES_FILE has written. */
import { parseArgs } from 'node:util';
import { readTraces } from './trace/traces.ts';
import { waterfall } from './trace/waterfall.ts';

const help = `usage: npm run trace -- FILE [TRACE]
  Shows a trace of FILE, which services write that have TRACES_FILE=FILE.
  TRACE                 an id, or the name of an operation (PlaceOrder): the latest of that name; else the latest of all
  --list                which traces there are, one a line`;

const run = async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [file = process.env.TRACES_FILE, wanted] = positionals;
  if (values.help || !file) return console.log(help);
  const traces = await readTraces(file);
  const rootOf = (trace: (typeof traces)[number]) => trace.roots[0]?.span;
  if (values.list)
    for (const trace of traces) {
      const root = rootOf(trace);
      const name = root?.attributes['graphql.operation.name'] ?? root?.name;
      console.log(`${trace.traceId}  ${trace.startedAt}  ${String(trace.spans.length).padStart(4)} spans  ${name}`);
    }
  else {
    const found = traces.findLast(
      (trace) =>
        !wanted || trace.traceId.startsWith(wanted) || rootOf(trace)?.attributes['graphql.operation.name'] === wanted,
    );
    if (!found) throw new Error(`there is no such trace in ${file}`);
    console.log(waterfall(found));
  }
};

await run().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
